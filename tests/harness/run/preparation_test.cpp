#include "run/preparation.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <limits>
#include <thread>

#include "run/machine.hpp"
#include "run/subnormal_numbers.hpp"

namespace tutti::run {
namespace {

// Kept from the optimizer, which may leave out a block that nobody looks at.
[[maybe_unused, gnu::noinline]] void fill_and_free(std::size_t size) {
  auto* const block = static_cast<volatile char*>(std::malloc(size));
  block[0] = 1;
  block[size - 1] = 1;
  std::free(const_cast<char*>(block));
}

// All in one test, because it changes the process for good.
TEST(Preparation, FlushesSubnormalsKeepsOneThreadAndMemory) {
  volatile float subnormal = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(subnormal_numbers(), "kept");
  EXPECT_NE(subnormal * 0x1p30F, 0.0F);

  std::thread([&] {
    prepare_to_compute();
    EXPECT_EQ(subnormal_numbers(), "flushed to zero");
    EXPECT_EQ(numerics_in_use().at("subnormal_numbers"), "flushed to zero");
    volatile float smallest = std::numeric_limits<float>::min();
    EXPECT_EQ(smallest / 2, 0.0F);
    EXPECT_EQ(subnormal * 0x1p30F, 0.0F);
    volatile double smallest_double = std::numeric_limits<double>::min();
    EXPECT_EQ(smallest_double / 2, 0.0);
    std::thread([] { EXPECT_EQ(subnormal_numbers(), "flushed to zero") << "in a thread of a prepared one"; }).join();
  }).join();
  EXPECT_EQ(subnormal_numbers(), "kept") << "in the thread that was not prepared";

  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    EXPECT_STREQ(std::getenv(name), "1") << name;
  }
#if !defined(__SANITIZE_ADDRESS__)  // whose allocator is another
  // A freed block of many megabytes is what the next request gets, without a system call.
  fill_and_free(20 << 20);
  const std::size_t held = ::mallinfo2().arena;
  EXPECT_GE(held, std::size_t{20} << 20) << "returned to the system";
  fill_and_free(20 << 20);
  EXPECT_EQ(::mallinfo2().arena, held) << "asked for again";
#endif
}

}  // namespace
}  // namespace tutti::run
