// SPDX-License-Identifier: MIT
// A histogram as the text that HdrHistogram's outputPercentileDistribution() writes (`.hgrm`) and its plotter
// reads.
#pragma once

#include <string>

#include "measure/histogram.hpp"

namespace majuscule {

/// In milliseconds, with five steps for each halving of the distance to 100 %.
std::string percentile_file(const Histogram& histogram);

}  // namespace majuscule
