#include "reports/export/npy.hpp"

#include <bit>
#include <cstdint>

namespace tutti::reports {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kPreamble = 10;  // magic, version, header length

std::string header_text(const std::vector<std::size_t>& shape) {
  std::string text = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : " ") + std::to_string(shape[i]) + ",";
  if (shape.size() > 1) text.pop_back();  // a comma stays after a single dimension, as in Python
  text += "), }";
  const std::size_t used = kPreamble + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  return text + '\n';
}

}  // namespace

std::string npy_bytes(std::span<const double> values, const std::vector<std::size_t>& shape) {
  const std::string header = header_text(shape);
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  for (const double value : values) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int byte = 0; byte < 8; ++byte, bits >>= 8) bytes += static_cast<char>(bits & 0xFF);
  }
  return bytes;
}

}  // namespace tutti::reports
