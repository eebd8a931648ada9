// Exact snapshots: a sequence of named, typed arrays. Reading asks for the same names in the same order and gets a
// sentence, never undefined behaviour, when the bytes hold something else.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/export.hpp"

namespace tutti {

template <class T>
concept SnapshotScalar = std::same_as<T, std::uint8_t> || std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> ||
                         std::same_as<T, std::uint64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// Collects a snapshot in memory: `writer.value("step", step); writer.values<float>("weights", weights);`
class TUTTI_API SnapshotWriter {
 public:
  template <SnapshotScalar T>
  void value(std::string_view name, T value) {
    values<T>(name, std::span<const T>(&value, 1));
  }
  template <SnapshotScalar T>
  void values(std::string_view name, std::span<const T> values);
  void text(std::string_view name, std::string_view text);

  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  void append(std::string_view name, char type, const void* data, std::size_t count, std::size_t size);

  std::vector<std::byte> bytes_;
};

/// Reads what a SnapshotWriter wrote, in the same order. Throws Error when a name, type or count differs or the bytes
/// end early. Does not own the bytes.
class TUTTI_API SnapshotReader {
 public:
  explicit SnapshotReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <SnapshotScalar T>
  T value(std::string_view name) {
    T result{};
    values<T>(name, std::span<T>(&result, 1));
    return result;
  }
  /// `out` must have exactly the stored count.
  template <SnapshotScalar T>
  void values(std::string_view name, std::span<T> out);
  template <SnapshotScalar T>
  std::vector<T> vector(std::string_view name);
  std::string text(std::string_view name);

  /// Throws Error if anything is left unread.
  void finish() const;

 private:
  struct Entry {
    const std::byte* data;
    std::size_t count;
  };
  Entry take(std::string_view name, char type, std::size_t size);

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

}  // namespace tutti
