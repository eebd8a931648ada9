// SHA-256: tells whether a file is still the same one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace tutti {

/// The digest of bytes that come piece by piece, of which it can be asked at any time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  ~Sha256();

  void add(std::string_view bytes);

  /// Lower-case hexadecimal digest of what was added so far.
  std::string hex() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Lower-case hexadecimal SHA-256 of `bytes`.
std::string sha256(std::string_view bytes);

/// The same of a regular file's content. Throws Error if it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace tutti
