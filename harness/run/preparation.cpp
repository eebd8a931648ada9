#include "run/preparation.hpp"

#include <malloc.h>
#include <stdlib.h>

#include <limits>
#include <optional>

#include "run/subnormal_numbers.hpp"

namespace tutti::run {
namespace {

std::optional<ArithmeticMode> prepared;

// Every library's own switch for the number of its threads. OpenBLAS reads its own when it is loaded.
constexpr const char* kThreadVariables[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                            "MKL_NUM_THREADS", "BLIS_NUM_THREADS",     "VECLIB_MAXIMUM_THREADS"};

// The largest block that glibc agrees to take from its heap rather than from the system.
constexpr int kLargestHeapBlock = 32 << 20;
// By how much the heap grows at a time. It counts for --memory-limit even before it is used.
constexpr int kHeapGrowth = 4 << 20;

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, kLargestHeapBlock);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  ::mallopt(M_TOP_PAD, kHeapGrowth);
}

}  // namespace

ArithmeticMode prepared_arithmetic() { return prepared.value_or(arithmetic_mode()); }

void prepare_to_compute() {
  for (const char* name : kThreadVariables) ::setenv(name, "1", 1);
  // cuBLAS gives the same bits each time with memory of its own of a fixed size; it reads this when it is first used.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 1);
  flush_subnormal_numbers();
  keep_freed_memory();
  prepared = arithmetic_mode();
}

}  // namespace tutti::run
