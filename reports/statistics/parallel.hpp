// Spreads replicates over threads. Every replicate writes its own place, so the number of threads changes no result.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace tutti::reports {

/// Calls work(begin, end) for disjoint ranges that cover {0 .. count-1}; threads = 0 takes all cores.
inline void parallel_ranges(std::size_t count, unsigned threads,
                            const std::function<void(std::size_t begin, std::size_t end)>& work) {
  constexpr std::size_t kWorthAThread = 64;
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t parts = std::clamp<std::size_t>(count / kWorthAThread, 1, threads);
  std::vector<std::exception_ptr> errors(parts);
  const auto part = [&](std::size_t index) {
    try {
      work(count * index / parts, count * (index + 1) / parts);
    } catch (...) {
      errors[index] = std::current_exception();
    }
  };
  std::vector<std::jthread> workers;
  for (std::size_t index = 1; index < parts; ++index) workers.emplace_back(part, index);
  part(0);
  workers.clear();  // joins
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace tutti::reports
