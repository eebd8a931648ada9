#include "run/machine.hpp"

#include <dlfcn.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <fstream>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace tutti::run {
namespace {

/// The rest of the first line of `file` that starts with `key`, without separators and quotes.
std::string value_after(const char* file, std::string_view key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t first = line.find_first_not_of(" \t:=\"", key.size());
    if (first == std::string::npos) return "";
    return line.substr(first, line.find_last_not_of(" \t\"") - first + 1);
  }
  return "";
}

std::string widest_vectors() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "avx512f";
  if (__builtin_cpu_supports("avx2")) return "avx2";
  if (__builtin_cpu_supports("avx")) return "avx";
  return "sse2";
#elif defined(__aarch64__)
  return "neon";
#else
  return "";
#endif
}

bool in_container() {
  for (const char* sign : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container"}) {
    if (::access(sign, F_OK) == 0) return true;
  }
  return false;
}

std::int64_t allowed_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 0;
  return CPU_COUNT(&cores);
}

/// "libstdc++.so.6.0.30": the file behind the library that is loaded. Asked by name: the address of one of its
/// functions may be that of the executable's own jump to it.
std::string cxx_library() {
  void* handle = ::dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
  link_map* map = nullptr;
  if (handle == nullptr || ::dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) return "";
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(map->l_name, error);
  const std::string name = error ? map->l_name : file.filename().string();
  ::dlclose(handle);
  return name;
}

std::string subnormal_numbers() {
#if defined(__SSE__)
  return (_mm_getcsr() & 0x8040U) == 0 ? "kept" : "flushed to zero";
#else
  return "unknown";
#endif
}

}  // namespace

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string utc_now() {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

results::MachineRecord this_machine(std::int64_t jobs) {
  utsname system{};
  ::uname(&system);
  return {.processor = value_after("/proc/cpuinfo", "model name"),
          .instruction_set = widest_vectors(),
          .cores = allowed_cores(),
          .memory_bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE),
          .kernel = system.release,
          .distribution = value_after("/etc/os-release", "PRETTY_NAME"),
          .container = in_container(),
          .host = host_name(),
          .jobs = jobs};
}

results::Facts libraries_in_use(const std::vector<LibraryVersion>& of_plugins) {
  results::Facts facts = {{"C library", ::gnu_get_libc_version()}, {"C++ library", cxx_library()}};
  for (const LibraryVersion& library : of_plugins) facts[library.name] = library.version;
  return facts;
}

results::Facts numerics_in_use() {
  results::Facts facts = {{"threads", "1"}, {"subnormal_numbers", subnormal_numbers()}};
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "DNNL_MAX_CPU_ISA",
                           "OPENBLAS_CORETYPE", "MKL_CBWR", "GLIBC_TUNABLES"}) {
    if (const char* value = std::getenv(name)) facts[name] = value;
  }
  return facts;
}

}  // namespace tutti::run
