// Where a run computes: what a suite may write, and what it comes down to on a machine.
#pragma once

#include <optional>
#include <string>

#include "tutti/algorithm.hpp"

namespace tutti::suite {

/// Why `text` is none of "cpu", "cuda", "cuda:N" and "auto".
std::optional<std::string> device_problem(const std::string& text);

/// Whether a run with this device computes on a GPU; "auto" has to be settled first.
bool uses_cuda(const std::string& device);

/// The number of "cuda:N"; nothing for "cuda", which is any.
std::optional<std::size_t> device_number(const std::string& device);

/// What one process computes on: "cuda" is "cuda:0", where nobody has chosen among several.
std::string device_of_process(const std::string& device);

/// The machines that runs execute on.
enum class Machines {
  kThis,
  kNodes,     // of a cluster, without GPUs
  kGpuNodes,  // with GPUs, which are not visible here: only what is built counts
};

/// `wanted`, with "auto" settled. Throws Error, without a place, unless `algorithm` has that device there.
std::string settled_device(const std::string& wanted, const std::string& algorithm, const Devices& devices,
                           Machines machines);

}  // namespace tutti::suite
