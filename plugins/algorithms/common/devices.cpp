#include "devices.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tutti/error.hpp"

namespace tutti {
namespace {

constexpr const char* kDriver = "libcuda.so.1";

/// "12.4" of 12040.
std::string cuda_version(std::int64_t number) {
  return std::to_string(number / 1000) + '.' + std::to_string(number % 1000 / 10);
}

/// "535.104.05", as the kernel's part of the driver has it.
std::string kernel_driver() {
  std::ifstream file("/sys/module/nvidia/version");
  std::string version;
  std::getline(file, version);
  return version;
}

/// The functions of CUDA's driver that are needed here (CUDA Driver API). LibTorch's own need headers that only some
/// of its packages have.
struct Driver {
  void* library;

  explicit Driver(const std::filesystem::path& file) : library(::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {}

  /// Calls a function that returns 0 if it succeeds; false if it does not, or is not there.
  template <class... Arguments>
  bool call(const char* name, Arguments... arguments) const {
    if (library == nullptr) return false;
    const auto function = reinterpret_cast<int (*)(Arguments...)>(::dlsym(library, name));
    return function != nullptr && function(arguments...) == 0;
  }
};

void add_device(const Driver& driver, int number, Devices& out) {
  int device = 0;
  char name[256] = {};
  std::size_t bytes = 0;
  if (!driver.call("cuDeviceGet", &device, number)) return;
  if (!driver.call("cuDeviceGetName", static_cast<char*>(name), static_cast<int>(sizeof name), device)) return;
  (void)driver.call("cuDeviceTotalMem_v2", &bytes, device);
  out.cuda.push_back({name, static_cast<std::int64_t>(bytes)});
}

/// Opens the part of LibTorch that computes on GPUs, which lies beside the other and is linked by nobody, since a run
/// on the CPU needs neither it nor what it needs. LibTorch looks for it once in a process, so this comes first. False
/// if LibTorch was built without it; `problem` says so, or why it cannot be opened.
bool open_cuda_part(std::string& problem) {
  Dl_info torch{};
  const auto* inside = reinterpret_cast<const void*>(static_cast<at::Context& (*)()>(&at::globalContext));
  if (::dladdr(inside, &torch) != 0) {
    const auto part = std::filesystem::path(torch.dli_fname).parent_path() / "libtorch_cuda.so";
    if (std::filesystem::exists(part) && ::dlopen(part.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      problem = "the CUDA part of its LibTorch " TORCH_VERSION " cannot be opened (" + std::string(::dlerror()) +
                "); install the packages that `torch` depends on";
      return true;
    }
  }
  if (at::globalContext().hasCUDART()) return true;
  problem = "its LibTorch " TORCH_VERSION " was built without CUDA; build it against one with CUDA (CMAKE_PREFIX_PATH)";
  return false;
}

}  // namespace

void report_driver(const std::filesystem::path& library, Devices& out) {
  const Driver driver(library);
  int version = 0, count = 0;
  if (driver.library == nullptr) {
    out.problem = "no CUDA device is visible, since there is no driver (" + library.filename().string() +
                  "); install NVIDIA's, or use a machine that has it";
  } else if (!driver.call("cuInit", 0U) || !driver.call("cuDeviceGetCount", &count) || count == 0) {
    out.problem =
        "no CUDA device is visible: the driver shows none to this process (nvidia-smi lists them; "
        "CUDA_VISIBLE_DEVICES hides some)";
  }
  if (driver.library != nullptr && driver.call("cuDriverGetVersion", &version)) {
    const std::string kernel = kernel_driver();
    out.libraries.push_back(
        {"CUDA driver", (kernel.empty() ? "" : kernel + ", ") + "for CUDA " + cuda_version(version)});
  }
  for (int number = 0; number < count; ++number) add_device(driver, number, out);
}

void report_devices(Devices& out) {
  out.built_with_cuda = open_cuda_part(out.problem);
  if (!out.built_with_cuda || !out.problem.empty()) return;
  const std::string version = cuda_version(at::globalContext().versionCUDART());
  report_driver(kDriver, out);
  out.libraries.push_back({"CUDA", version + " (of LibTorch)"});
  if (out.cuda.empty()) return;
  const auto usable = static_cast<std::size_t>(at::detail::getCUDAHooks().getNumGPUs());
  if (usable >= out.cuda.size()) return;
  out.cuda.resize(usable);
  if (usable == 0) {
    out.problem = "no CUDA device is visible to LibTorch, though the driver shows some: it may be too old for CUDA " +
                  version + "; install a newer one";
  }
}

void prepare_device(const AlgorithmContext& context) {
  const torch::Device device = device_of(context);
  if (!device.is_cuda()) return;
  Devices found;
  report_devices(found);
  if (static_cast<std::size_t>(device.index()) >= found.cuda.size()) {
    throw Error("there is no device \"" + context.device + "\"" + (found.problem.empty() ? "" : ": " + found.problem) +
                "; expected a device that `AlgorithmPlugin::devices` lists");
  }
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
  // Nothing here reads memory before it is written; without this every new tensor is filled first.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
#endif
}

}  // namespace tutti
