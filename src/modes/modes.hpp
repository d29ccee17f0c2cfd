// SPDX-License-Identifier: MIT
// One function for each model, which stands in a file of its name. table.cpp lists them.
#pragma once

#include "majuscule/mode.hpp"

namespace majuscule {

void run_busy(Server& server);
void run_coroutine(Server& server);
void run_epoll(Server& server);
void run_fibers(Server& server);
void run_half_sync(Server& server);
void run_leader_follower(Server& server);
void run_pipeline(Server& server);
void run_poll(Server& server);
void run_pool(Server& server);
void run_process(Server& server);
void run_reactors(Server& server);
void run_select(Server& server);
void run_sequential(Server& server);
void run_sigio(Server& server);
void run_threads(Server& server);
void run_uring(Server& server);

std::string why_no_fibers();
std::string why_no_process();
std::string why_no_uring();

}  // namespace majuscule
