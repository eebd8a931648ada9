// Time of this process on a processor, so that other processes do not count.
#pragma once

#include <time.h>

namespace tutti::perf {

inline double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace tutti::perf
