// Subnormal numbers, those below 1.2e-38 in float, cost a processor a hundred times what others do, and a network that
// learns makes many of them. Flushed to zero, they cost nothing.
#pragma once

#include <string_view>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <cstdint>
#endif

namespace tutti::run {

// ArithmeticMode: how the calling thread rounds and treats subnormal numbers. Reading it takes a few cycles.
#if defined(__SSE2__)
// Flush to zero is for results, denormals are zero for operands.
inline constexpr unsigned kFlushBits = _MM_FLUSH_ZERO_MASK | 0x0040U;
inline void flush_subnormal_numbers() { _mm_setcsr(_mm_getcsr() | kFlushBits); }
inline bool flushes_subnormal_numbers() { return (_mm_getcsr() & kFlushBits) == kFlushBits; }
using ArithmeticMode = unsigned;
inline ArithmeticMode arithmetic_mode() { return _mm_getcsr() & (kFlushBits | _MM_ROUND_MASK); }
#elif defined(__aarch64__)
// One bit of the control register, for operands and results alike.
inline constexpr std::uint64_t kFlushBits = std::uint64_t{1} << 24U;
inline std::uint64_t floating_point_control() {
  std::uint64_t value = 0;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
inline void flush_subnormal_numbers() { asm volatile("msr fpcr, %0" : : "r"(floating_point_control() | kFlushBits)); }
inline bool flushes_subnormal_numbers() { return (floating_point_control() & kFlushBits) != 0; }
using ArithmeticMode = std::uint64_t;
inline ArithmeticMode arithmetic_mode() { return floating_point_control() & (kFlushBits | std::uint64_t{3} << 22U); }
#else
inline void flush_subnormal_numbers() {}
inline bool flushes_subnormal_numbers() { return false; }
using ArithmeticMode = unsigned;
inline ArithmeticMode arithmetic_mode() { return 0; }
#endif

/// How the calling thread treats them: "flushed to zero" or "kept".
inline std::string_view subnormal_numbers() { return flushes_subnormal_numbers() ? "flushed to zero" : "kept"; }

}  // namespace tutti::run
