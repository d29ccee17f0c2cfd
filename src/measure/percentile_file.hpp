// SPDX-License-Identifier: MIT
// Writes a histogram in the format of HdrHistogram's outputPercentileDistribution() (`.hgrm`), which its
// plotter reads.
#pragma once

#include <string>

#include "measure/histogram.hpp"

namespace majuscule {

/// In milliseconds, with five steps for each halving of the distance to 100 %.
std::string percentile_file(const Histogram& histogram);

}  // namespace majuscule
