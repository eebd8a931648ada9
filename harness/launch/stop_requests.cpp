#include "launch/stop_requests.hpp"

namespace tutti::launch {
namespace {

volatile sig_atomic_t requests = 0;

void on_request(int) { requests = requests + 1; }

}  // namespace

StopRequests::StopRequests() {
  requests = 0;
  struct sigaction action {};
  action.sa_handler = on_request;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
}

StopRequests::~StopRequests() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

int StopRequests::count() const { return requests; }

}  // namespace tutti::launch
