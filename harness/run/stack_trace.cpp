#include "run/stack_trace.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace tutti::run {
namespace {

constexpr unsigned kMostSeconds = 10;
constexpr int kMostFrames = 64;

/// A library on disk. Its table of symbols has the functions that it hides, too, which the loader does not know.
class SymbolTable {
 public:
  explicit SymbolTable(const char* file) {
    const int descriptor = ::open(file, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0) return;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    ::close(descriptor);
    if (mapped != MAP_FAILED) bytes_ = {static_cast<const char*>(mapped), size};
  }
  ~SymbolTable() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;

  /// The function that has the byte at `address` of the file as it is loaded from 0; null if none is known.
  const char* function_at(std::uint64_t address) const {
    const auto header = part<ElfW(Ehdr)>(0, 1);
    if (header.empty()) return nullptr;
    const auto sections = part<ElfW(Shdr)>(header[0].e_shoff, header[0].e_shnum);
    for (const auto& section : sections) {
      if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
      const auto symbols = part<ElfW(Sym)>(section.sh_offset, section.sh_size / sizeof(ElfW(Sym)));
      const auto names = part<char>(sections[section.sh_link].sh_offset, sections[section.sh_link].sh_size);
      for (const auto& symbol : symbols) {
        const bool is_function = (symbol.st_info & 0xf) == STT_FUNC;
        if (is_function && address >= symbol.st_value && address < symbol.st_value + symbol.st_size &&
            symbol.st_name < names.size()) {
          return &names[symbol.st_name];
        }
      }
    }
    return nullptr;
  }

 private:
  template <class T>
  std::span<const T> part(std::uint64_t offset, std::uint64_t count) const {
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) return {};
    return {reinterpret_cast<const T*>(bytes_.data() + offset), count};
  }

  std::span<const char> bytes_;
};

void write_frame(int descriptor, void* frame) {
  Dl_info info{};
  link_map* library = nullptr;
  if (::dladdr1(frame, &info, reinterpret_cast<void**>(&library), RTLD_DL_LINKMAP) == 0) {
    ::dprintf(descriptor, "? [%p]\n", frame);
    return;
  }
  // The loader has no name for the program itself.
  const char* file = library->l_name[0] == '\0' ? "/proc/self/exe" : library->l_name;
  const std::uint64_t address = reinterpret_cast<std::uintptr_t>(frame) - library->l_addr;
  // A call that never returns may be the last instruction of its function: the address after it is another one's.
  const SymbolTable table(file);
  const char* name = table.function_at(address - 1);
  if (name == nullptr) name = info.dli_sname;
  int status = 0;
  char* readable = name == nullptr ? nullptr : abi::__cxa_demangle(name, nullptr, nullptr, &status);
  const char* function = readable != nullptr ? readable : name != nullptr ? name : "?";
  const char* shown = library->l_name[0] == '\0' ? "tutti" : library->l_name;
  ::dprintf(descriptor, "%s  %s(+0x%llx)\n", function, shown, static_cast<unsigned long long>(address));
  std::free(readable);
}

}  // namespace

void prepare_stack_trace() {
  std::array<void*, 1> frame{};
  (void)::backtrace(frame.data(), 1);
}

void write_stack_trace(int descriptor) {
  std::array<void*, kMostFrames> frames{};
  const int count = ::backtrace(frames.data(), kMostFrames);
  // Names take memory, and the heap may be what is broken: a child looks them up.
  const pid_t child = ::_Fork();
  if (child == 0) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) ::signal(signal, SIG_DFL);
    ::alarm(kMostSeconds);  // a lock that another thread held is held for ever here
    for (int frame = 0; frame < count; ++frame) write_frame(descriptor, frames[static_cast<std::size_t>(frame)]);
    ::_exit(0);
  }
  int status = -1;
  if (child > 0) {
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (child < 0 || status != 0) ::backtrace_symbols_fd(frames.data(), count, descriptor);
}

}  // namespace tutti::run
