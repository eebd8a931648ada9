#include "tutti/snapshot.hpp"

#include <cstring>
#include <type_traits>

#include "tutti/error.hpp"

namespace tutti {
namespace {

// An entry: u32 length of the name, the name, a type letter, u64 count, the values.
template <class T>
constexpr char type_letter() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return 'b';
  if constexpr (std::is_same_v<T, std::int32_t>) return 'i';
  if constexpr (std::is_same_v<T, std::int64_t>) return 'l';
  if constexpr (std::is_same_v<T, std::uint64_t>) return 'u';
  if constexpr (std::is_same_v<T, float>) return 'f';
  if constexpr (std::is_same_v<T, double>) return 'd';
}

void append_bytes(std::vector<std::byte>& bytes, const void* data, std::size_t size) {
  if (size == 0) return;
  const auto* first = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

}  // namespace

void SnapshotWriter::append(std::string_view name, char type, const void* data, std::size_t count, std::size_t size) {
  const auto length = static_cast<std::uint32_t>(name.size());
  const auto stored_count = static_cast<std::uint64_t>(count);
  append_bytes(bytes_, &length, sizeof length);
  append_bytes(bytes_, name.data(), name.size());
  append_bytes(bytes_, &type, 1);
  append_bytes(bytes_, &stored_count, sizeof stored_count);
  append_bytes(bytes_, data, count * size);
}

template <SnapshotScalar T>
void SnapshotWriter::values(std::string_view name, std::span<const T> values) {
  append(name, type_letter<T>(), values.data(), values.size(), sizeof(T));
}

void SnapshotWriter::text(std::string_view name, std::string_view text) {
  append(name, 't', text.data(), text.size(), 1);
}

SnapshotReader::Entry SnapshotReader::take(std::string_view name, char type, std::size_t size) {
  const auto need = [&](std::size_t wanted) {
    if (wanted > bytes_.size() - position_) throw Error("snapshot ends early, at " + quoted(name));
    const std::byte* data = bytes_.data() + position_;
    position_ += wanted;
    return data;
  };
  std::uint32_t length = 0;
  std::memcpy(&length, need(sizeof length), sizeof length);
  const std::string found(reinterpret_cast<const char*>(need(length)), length);
  if (found != name) throw Error("snapshot holds " + quoted(found) + " where " + quoted(name) + " was expected");
  const char found_type = static_cast<char>(*need(1));
  if (found_type != type) throw Error("snapshot holds another type for " + quoted(name));
  std::uint64_t count = 0;
  std::memcpy(&count, need(sizeof count), sizeof count);
  if (count > (bytes_.size() - position_) / size) throw Error("snapshot ends early, at " + quoted(name));
  return {need(count * size), count};
}

template <SnapshotScalar T>
void SnapshotReader::values(std::string_view name, std::span<T> out) {
  const Entry entry = take(name, type_letter<T>(), sizeof(T));
  if (entry.count != out.size()) {
    throw Error("snapshot holds " + std::to_string(entry.count) + " values of " + quoted(name) + "; expected " +
                std::to_string(out.size()));
  }
  if (!out.empty()) std::memcpy(out.data(), entry.data, out.size_bytes());
}

template <SnapshotScalar T>
std::vector<T> SnapshotReader::vector(std::string_view name) {
  const Entry entry = take(name, type_letter<T>(), sizeof(T));
  std::vector<T> result(entry.count);
  if (entry.count > 0) std::memcpy(result.data(), entry.data, entry.count * sizeof(T));
  return result;
}

std::string SnapshotReader::text(std::string_view name) {
  const Entry entry = take(name, 't', 1);
  return {reinterpret_cast<const char*>(entry.data), entry.count};
}

void SnapshotReader::finish() const {
  if (position_ != bytes_.size()) {
    throw Error("snapshot holds " + std::to_string(bytes_.size() - position_) + " bytes more than expected");
  }
}

#define TUTTI_SNAPSHOT_SCALAR(T)                                                             \
  template TUTTI_API void SnapshotWriter::values<T>(std::string_view, std::span<const T>);   \
  template TUTTI_API void SnapshotReader::values<T>(std::string_view, std::span<T>);         \
  template TUTTI_API std::vector<T> SnapshotReader::vector<T>(std::string_view);

TUTTI_SNAPSHOT_SCALAR(std::uint8_t)
TUTTI_SNAPSHOT_SCALAR(std::int32_t)
TUTTI_SNAPSHOT_SCALAR(std::int64_t)
TUTTI_SNAPSHOT_SCALAR(std::uint64_t)
TUTTI_SNAPSHOT_SCALAR(float)
TUTTI_SNAPSHOT_SCALAR(double)

}  // namespace tutti
