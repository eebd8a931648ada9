// Damaged plugin libraries: each is opened or refused in words, whatever its code does. Each has a host process of its
// own, as damaged code that stays open may well hurt what comes later.
// fuzz_plugins COUNT SEED LIBRARY...
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/fuzz.hpp"
#include "harness/results/temporary_folder.hpp"
#include "loader/registry.hpp"
#include "loader/trial.hpp"
#include "tutti/error.hpp"

namespace {

using namespace tutti;

// A damaged library may loop for ever; a sound one answers within milliseconds.
constexpr std::chrono::seconds kTrialTime{3};

// In some builds one library of the test's hundred ends its host although its trial went well.
constexpr int kMostEndedHosts = 1;
int ended_hosts = 0;

std::string content(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Opens every plugin of the folder as a host does; whether there was one. Throws Error for one that is refused.
bool open_all(const std::filesystem::path& folder) {
  loader::Registry registry({folder});
  for (const loader::Plugin& plugin : registry.plugins()) {
    if (const auto refusal = loader::try_plugin(plugin, kTrialTime)) throw Error(*refusal);
    if (plugin.kind == PluginKind::kEnvironment) {
      (void)registry.environment(plugin.name);
    } else {
      (void)registry.algorithm(plugin.name);
    }
  }
  return !registry.plugins().empty();
}

/// The same in a process that ends as the program does: without the destructors of libraries that stay open.
bool open_all_in_a_process(const std::filesystem::path& folder) {
  constexpr int kTaken = 0;
  constexpr int kNothing = 1;
  constexpr int kRefused = 2;
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      ::_exit(open_all(folder) ? kTaken : kNothing);
    } catch (const std::exception&) {
      ::_exit(kRefused);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (exit == kRefused) throw Error("refused");
  if (exit != kTaken && exit != kNothing) {
    std::fprintf(stderr, "seed %llu: the host ended with status %d\n",
                 static_cast<unsigned long long>(fuzz::current_seed), status);
    // Damaged machine code may read memory that nobody wrote, and so do in the host what it did not do when it was
    // tried.
    if (++ended_hosts > kMostEndedHosts) std::abort();
    throw Error("ended the host");
  }
  return exit == kTaken;
}

}  // namespace

int main(int argc, char** argv) {
  const testing_support::TemporaryFolder folder;
  ::setenv("XDG_CACHE_HOME", (folder.path() / "cache").c_str(), 1);
  std::filesystem::create_directory(folder.path() / "plugins");
  std::vector<std::string> libraries;
  for (int index = 3; index < argc; ++index) libraries.push_back(content(argv[index]));
  if (libraries.empty()) return 2;
  return fuzz::run(argc, argv, [&](fuzz::Random& random) {
    const std::string& sound = libraries[fuzz::below(random, libraries.size())];
    // Half of them keep their size, so that the dynamic linker has something to work with.
    std::string damaged = sound;
    if (fuzz::below(random, 2) == 0) {
      damaged = fuzz::damaged(sound, {}, random);
    } else {
      for (std::size_t change = 1 + fuzz::below(random, 64); change > 0; --change)
        damaged[fuzz::below(random, damaged.size())] = static_cast<char>(random());
    }
    std::ofstream(folder.path() / "plugins/damaged.so", std::ios::binary) << damaged;
    return open_all_in_a_process(folder.path() / "plugins");
  });
}
