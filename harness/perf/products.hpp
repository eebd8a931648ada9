// Which matrix products plugins compute, whoever wrote them, and how fast the same products are alone. The program
// defines sgemm_ and dnnl_sgemm itself and hands every call to the library that it was meant for: calls from libraries
// find the program's symbols first.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

namespace tutti::perf {

/// One float32 product as it was called: [rows, inner] times [inner, columns].
struct Product {
  bool by_onednn = false;  // by the BLAS otherwise
  bool a_transposed = false, b_transposed = false;
  std::int64_t rows = 0, columns = 0, inner = 0;
  bool accumulates = false;

  double flops() const { return 2.0 * static_cast<double>(rows) * static_cast<double>(columns * inner); }
  auto operator<=>(const Product&) const = default;
};

/// How often each product was computed.
using Products = std::map<Product, std::int64_t>;

/// Forgets what was counted, and counts from now on.
void start_counting();
/// What has been counted since.
Products stop_counting();

/// Shortest time of one such product in this process, in processor seconds.
double seconds_alone(const Product& product);

/// The same for all of them, one after the other, and their floating-point operations.
double seconds_alone(const Products& products);
double flops_of(const Products& products);

}  // namespace tutti::perf
