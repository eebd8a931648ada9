#include "suite/device.hpp"

#include <algorithm>

#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

constexpr std::string_view kCuda = "cuda";
constexpr std::size_t kMostDigits = 3;

std::string listed(const std::vector<CudaDevice>& devices) {
  std::string text;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::string("cuda:") + std::to_string(i) + " (" + devices[i].name + ")";
  }
  return text;
}

}  // namespace

std::optional<std::string> device_problem(const std::string& text) {
  if (text == "cpu" || text == "auto" || text == kCuda) return std::nullopt;
  const std::string number = text.starts_with("cuda:") ? text.substr(kCuda.size() + 1) : "";
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  if (!number.empty() && number.size() <= kMostDigits && digits) return std::nullopt;
  return "expected \"cpu\", \"cuda\", \"cuda:N\" with a number such as cuda:0, or \"auto\"";
}

bool uses_cuda(const std::string& device) { return device.starts_with(kCuda); }

std::optional<std::size_t> device_number(const std::string& device) {
  if (!device.starts_with("cuda:")) return std::nullopt;
  return std::stoul(device.substr(kCuda.size() + 1));
}

std::string device_of_process(const std::string& device) { return device == kCuda ? "cuda:0" : device; }

std::string settled_device(const std::string& wanted, const std::string& algorithm, const Devices& devices,
                           Machines machines) {
  const bool here = machines == Machines::kThis;
  const bool has_cuda = here ? !devices.cuda.empty() : machines == Machines::kGpuNodes && devices.built_with_cuda;
  if (wanted == "auto") return has_cuda ? "cuda" : "cpu";
  if (!uses_cuda(wanted)) return wanted;
  const std::string start = "algorithm \"" + algorithm + "\" cannot compute on \"" + wanted + "\": ";
  if (machines == Machines::kNodes) {
    throw Error(start + "gpus in [slurm] is 0, so that a job has no GPU; expected gpus = 1, or \"cpu\"");
  }
  if (!has_cuda) throw Error(start + devices.problem + "; expected \"cpu\", or \"auto\" for whatever there is");
  const std::optional<std::size_t> number = device_number(wanted);
  if (!here || !number || *number < devices.cuda.size()) return wanted;
  throw Error(start + "there is no device " + std::to_string(*number) + " of " + std::to_string(devices.cuda.size()) +
              "; expected one of " + listed(devices.cuda));
}

}  // namespace tutti::suite
