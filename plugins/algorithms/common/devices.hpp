// Where LibTorch computes.
#pragma once

#include <filesystem>

#include "tutti/algorithm.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// What this LibTorch can compute on beside the CPU: AlgorithmPlugin::devices of every plugin that uses this library.
void report_devices(Devices& out);

/// The devices that CUDA's driver, a library of this file name, shows to this process, and its version; none, with
/// `problem` set, if there is no driver or it shows none.
void report_driver(const std::filesystem::path& library, Devices& out);

/// The device of a run.
inline torch::Device device_of(const AlgorithmContext& context) { return torch::Device(context.device); }

/// Makes LibTorch give the same bits each time on the device of `context`. Throws Error if there is no such device.
void prepare_device(const AlgorithmContext& context);

}  // namespace tutti
