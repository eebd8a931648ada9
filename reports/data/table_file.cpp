#include "reports/data/table_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>
#include <new>
#include <utility>

#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;  // for inflateInit2(): with the header and the checksum of gzip

// The bytes that `compressed`, the content of `file`, stands for.
std::string decompressed(std::string compressed, const std::filesystem::path& file) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw std::bad_alloc();
  const auto end = [](z_stream* opened) { inflateEnd(opened); };
  const std::unique_ptr<z_stream, decltype(end)> closer(&stream, end);
  stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());  // at most results::kMostBytes
  std::string content;
  char block[1 << 16];
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof block;
    status = inflate(&stream, Z_NO_FLUSH);
    content.append(block, sizeof block - stream.avail_out);
    if (content.size() > results::kMostBytes) {
      throw FileError(fmt::format("{}: has more than {} bytes, which is the most that is read", file.string(),
                                  results::kMostBytes));
    }
  }
  if (status != Z_STREAM_END || stream.avail_in > 0) {
    throw FileError(file.string() + ": is not one whole file of gzip; compress the table again");
  }
  return content;
}

}  // namespace

std::optional<std::string> read_table_file(const std::filesystem::path& file) {
  if (auto content = results::read_file_if_any(file)) return content;
  std::filesystem::path beside = file;
  beside += ".gz";
  auto compressed = results::read_file_if_any(beside);
  if (!compressed) return std::nullopt;
  return decompressed(std::move(*compressed), beside);
}

std::string read_plain_or_compressed(const std::filesystem::path& file) {
  std::string content = results::read_file(file);
  return file.extension() == ".gz" ? decompressed(std::move(content), file) : content;
}

}  // namespace tutti::reports
