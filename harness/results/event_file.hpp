// TensorBoard's event file: records of length, checksum, protobuf Event, checksum. Written without a protobuf library.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "results/files.hpp"

namespace tutti::results {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78).
std::uint32_t crc32c(std::string_view bytes);

/// The form in which records carry it, so that a checksum of checksums is none.
std::uint32_t masked_crc32c(std::string_view bytes);

/// The record that starts a file. `wall_time` in seconds since 1970.
std::string version_record(double wall_time);

/// A record with one number.
std::string scalar_record(double wall_time, std::int64_t step, std::string_view tag, float value);

class EventFile {
 public:
  /// Continues after the first `size` bytes of `file`; 0 starts it. Throws FileError.
  EventFile(const std::filesystem::path& file, std::uint64_t size);

  void add(std::int64_t step, std::string_view tag, double value);

  /// Appends what was added since the last call. Throws FileError.
  void write();

  void flush() { file_.flush(); }
  std::uint64_t size() const { return file_.size(); }
  std::string name() const { return file_.file().filename().string(); }

 private:
  AppendFile file_;
  std::string records_;
};

/// "events.out.tfevents.<seconds since 1970>.<host>.<process>.0", as TensorBoard expects a new file to be called.
std::string event_file_name();

}  // namespace tutti::results
