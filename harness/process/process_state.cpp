#include "process/process_state.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <system_error>

namespace tutti::process {

ProcessState::ProcessState() : mask_(::umask(0)) {
  ::umask(mask_);
  std::error_code ignored;
  folder_ = std::filesystem::current_path(ignored);
  std::fegetenv(&arithmetic_);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], nullptr, &actions_[i]);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked_);
}

void ProcessState::restore() const {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::current_path(folder_, ignored);
  ::umask(mask_);
  std::fesetenv(&arithmetic_);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &actions_[i], nullptr);
  ::pthread_sigmask(SIG_SETMASK, &blocked_, nullptr);
}

}  // namespace tutti::process
