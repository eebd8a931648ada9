#include "results/event_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>

#include "results/host.hpp"

namespace tutti::results {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

template <class T>
void append_little_endian(std::string& bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFF);
}

void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  bytes += static_cast<char>(value);
}

// Protobuf wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
void append_key(std::string& bytes, unsigned field, unsigned wire_type) {
  append_varint(bytes, (field << 3) | wire_type);
}

void append_text(std::string& bytes, unsigned field, std::string_view text) {
  append_key(bytes, field, 2);
  append_varint(bytes, text.size());
  bytes += text;
}

std::string event(double wall_time) {
  std::string payload;
  append_key(payload, 1, 1);
  append_little_endian(payload, std::bit_cast<std::uint64_t>(wall_time));
  return payload;
}

std::string record(const std::string& payload) {
  std::string bytes;
  append_little_endian(bytes, static_cast<std::uint64_t>(payload.size()));
  append_little_endian(bytes, masked_crc32c(bytes));
  bytes += payload;
  append_little_endian(bytes, masked_crc32c(payload));
  return bytes;
}

double now() {
  using Seconds = std::chrono::duration<double>;
  return std::chrono::duration_cast<Seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

std::uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

std::string version_record(double wall_time) {
  std::string payload = event(wall_time);
  append_text(payload, 3, "brain.Event:2");
  return record(payload);
}

std::string scalar_record(double wall_time, std::int64_t step, std::string_view tag, float value) {
  std::string scalar;
  append_text(scalar, 1, tag);
  append_key(scalar, 2, 5);
  append_little_endian(scalar, std::bit_cast<std::uint32_t>(value));
  std::string summary;
  append_text(summary, 1, scalar);

  std::string payload = event(wall_time);
  append_key(payload, 2, 0);
  append_varint(payload, static_cast<std::uint64_t>(step));
  append_text(payload, 5, summary);
  return record(payload);
}

EventFile::EventFile(const std::filesystem::path& file, std::uint64_t size) : file_(file, size) {
  if (size == 0) file_.append(version_record(now()));
}

void EventFile::add(std::int64_t step, std::string_view tag, double value) {
  records_ += scalar_record(now(), step, tag, static_cast<float>(value));
}

void EventFile::write() {
  file_.append(records_);
  records_.clear();
}

std::string event_file_name() {
  return fmt::format("events.out.tfevents.{}.{}.{}.0", static_cast<std::int64_t>(now()), host_name(), ::getpid());
}

}  // namespace tutti::results
