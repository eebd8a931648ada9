#include "watch/aside_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "results/files.hpp"

namespace tutti::watch {

AsideFile::AsideFile(std::filesystem::path file) : file_(std::move(file)), partial_(file_.string() + ".new") {
  if (::unlink(partial_.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) fail("cannot be written");
  const results::Descriptor descriptor = results::open_to_write(partial_, O_WRONLY | O_CREAT | O_EXCL);
  stream_ = ::fdopen(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0), "wb");
  if (stream_ == nullptr) fail("cannot be written");
}

AsideFile::~AsideFile() {
  if (stream_ == nullptr) return;
  (void)std::fclose(stream_);
  ::unlink(partial_.c_str());
}

void AsideFile::fail(const char* what) const {
  throw FileError(file_.string() + ": " + what + ": " + std::strerror(errno));
}

void AsideFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail("cannot be written");
}

void AsideFile::commit() {
  if (std::fflush(stream_) != 0) fail("cannot be written");
  if (::rename(partial_.c_str(), file_.c_str()) != 0) fail("cannot be replaced");
  (void)std::fclose(std::exchange(stream_, nullptr));
}

}  // namespace tutti::watch
