// NumPy's array file, version 1.0: float64 in C order.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tutti::reports {

/// The bytes of the file. `values` has as many numbers as the shape's product.
std::string npy_bytes(std::span<const double> values, const std::vector<std::size_t>& shape);

}  // namespace tutti::reports
