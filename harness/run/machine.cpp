#include "run/machine.hpp"

#include <dlfcn.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/version.hpp>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <ranges>
#include <sstream>
#include <thread>

#include "results/host.hpp"
#include "run/subnormal_numbers.hpp"

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

/// Libraries that decide numbers. Their file name has the version; the build id, which the linker makes from the
/// content, distinguishes two builds of one version.
constexpr std::array<std::string_view, 9> kComputing = {"libtorch_cpu.so", "libblas.so", "libopenblas.so",
                                                        "libmkl_rt.so",    "libdnnl.so", "libmujoco.so",
                                                        "libgomp.so",      "libgomp-",   "libm.so"};

/// "feaefbc559e7": the start of a loaded library's build id; empty if it has none.
std::string build_id(const dl_phdr_info& library) {
  const auto padded = [](std::size_t size) { return (size + 3) / 4 * 4; };
  for (int i = 0; i < library.dlpi_phnum; ++i) {
    if (library.dlpi_phdr[i].p_type != PT_NOTE) continue;
    const char* at = reinterpret_cast<const char*>(library.dlpi_addr + library.dlpi_phdr[i].p_vaddr);
    const char* const end = at + library.dlpi_phdr[i].p_memsz;
    while (at + sizeof(ElfW(Nhdr)) < end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const char* const content = at + sizeof note + padded(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz >= 6) {
        std::string text;
        for (int byte = 0; byte < 6; ++byte) text += fmt::format("{:02x}", static_cast<unsigned char>(content[byte]));
        return text;
      }
      at = content + padded(note.n_descsz);
    }
  }
  return "";
}

/// Environment variables by which libraries choose instructions.
constexpr std::array kInstructionVariables = {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA",    "OPENBLAS_CORETYPE",
                                              "MKL_CBWR",           "ATEN_CPU_CAPABILITY", "GLIBC_TUNABLES"};

/// Of GLIBC_TUNABLES, the settings by which the C library chooses instructions: those of malloc decide no number.
std::string processor_tunables(std::string_view tunables) {
  std::string chosen;
  for (const auto part : std::views::split(tunables, ':')) {
    const std::string_view setting(part.begin(), part.end());
    if (!setting.starts_with("glibc.cpu.")) continue;
    chosen += (chosen.empty() ? "" : ":") + std::string(setting);
  }
  return chosen;
}

void add_variable(const char* name, results::Facts& facts) {
  if (const char* value = std::getenv(name)) facts[name] = value;
}

int add_if_computing(dl_phdr_info* library, std::size_t, void* out) {
  const std::filesystem::path file = library->dlpi_name;
  for (const std::string_view name : kComputing) {
    if (!file.filename().string().starts_with(name)) continue;
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(file, error);
    (*static_cast<results::Facts*>(out))[std::string(name)] =
        fmt::format("{}, build {}", (error ? file : real).filename().string(), build_id(*library));
  }
  return 0;
}

}  // namespace

std::int64_t thread_count() {
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return error ? 0 : std::distance(begin(tasks), end(tasks));
}

double seconds_since_process_start() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The 22nd field, in ticks since the machine started; the second is a name in parentheses, which may hold anything.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const double started = std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - started;
}

std::int64_t available_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
  return std::max(1U, std::thread::hardware_concurrency());
}

std::int64_t installed_memory_bytes() { return std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE); }

std::string utc_now() {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

results::MachineRecord this_machine(std::int64_t jobs) {
  utsname system{};
  ::uname(&system);
  return {.processor = value_after("/proc/cpuinfo", "model name"),
          .instruction_set = widest_vectors(),
          .cores = available_cores(),
          .memory_bytes = installed_memory_bytes(),
          .kernel = system.release,
          .distribution = value_after("/etc/os-release", "PRETTY_NAME"),
          .container = in_container(),
          .host = results::host_name(),
          .jobs = jobs};
}

results::Facts libraries_in_use(const std::vector<LibraryVersion>& of_plugins) {
  results::Facts facts = {{"C library", ::gnu_get_libc_version()},
                          {"C++ library", cxx_library()},
                          {"Boost", BOOST_LIB_VERSION " (headers)"}};
  for (const LibraryVersion& library : of_plugins) facts[library.name] = library.version;
  ::dl_iterate_phdr(add_if_computing, &facts);
  return facts;
}

results::Facts numerics_in_use() {
  results::Facts facts = {{"subnormal_numbers", std::string(subnormal_numbers())}};
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) add_variable(name, facts);
  for (const char* name : kInstructionVariables) add_variable(name, facts);
  return facts;
}

std::vector<std::string> changed_arithmetic(const results::MachineRecord& machine, const results::Facts& numerics) {
  if (numerics.empty()) return {};
  std::vector<std::string> changes;
  if (const std::string vectors = widest_vectors(); vectors != machine.instruction_set) {
    changes.push_back(fmt::format("instruction set: {}, was {}", vectors, machine.instruction_set));
  }
  const results::Facts now = numerics_in_use();
  const auto text = [](const results::Facts& facts, const std::string_view name) {
    const auto found = facts.find(std::string(name));
    std::string value = found == facts.end() ? "" : found->second;
    if (name == "GLIBC_TUNABLES") value = processor_tunables(value);
    return value.empty() ? "not set" : value;
  };
  for (const char* name : kInstructionVariables) {
    const std::string value = text(now, name);
    const std::string before = text(numerics, name);
    if (value != before) changes.push_back(fmt::format("variable {}: {}, was {}", name, value, before));
  }
  return changes;
}

}  // namespace tutti::run
