#include "process/spawn.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "tutti/error.hpp"

namespace tutti::process {
namespace {

constexpr mode_t kFileMode = 0644;

/// posix_spawn's two option objects, freed on every way out.
struct Options {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  Options() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~Options() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void set_own_group(const std::vector<int>& ignored_signals, posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  for (const int signal : ignored_signals) sigdelset(&all, signal);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

}  // namespace

std::vector<std::string> environment() {
  std::vector<std::string> result;
  for (char** variable = environ; *variable != nullptr; ++variable) result.emplace_back(*variable);
  return result;
}

pid_t spawn(Spawn options) {
  Options native;
  if (!options.folder.empty()) ::posix_spawn_file_actions_addchdir_np(&native.actions, options.folder.c_str());
  for (const Redirection& redirection : options.redirections) {
    ::posix_spawn_file_actions_addopen(&native.actions, redirection.descriptor, redirection.file.c_str(),
                                       redirection.flags, kFileMode);
  }
  for (const auto& [ours, theirs] : options.descriptors)
    ::posix_spawn_file_actions_adddup2(&native.actions, ours, theirs);
  if (options.own_group) set_own_group(options.ignored_signals, native.attributes);
  std::vector<char*> arguments = pointers_to(options.arguments);
  std::vector<char*> variables;
  if (options.environment) variables = pointers_to(*options.environment);
  char** const environment = options.environment ? variables.data() : environ;
  pid_t child = -1;
  const int error = options.program.empty() ? ::posix_spawnp(&child, arguments[0], &native.actions, &native.attributes,
                                                             arguments.data(), environment)
                                            : ::posix_spawn(&child, options.program.c_str(), &native.actions,
                                                            &native.attributes, arguments.data(), environment);
  if (error != 0) throw Error("cannot start " + options.arguments[0] + ": " + std::strerror(error));
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tutti::process
