#include "digest/digest.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <vector>

#include "tutti/error.hpp"

namespace tutti {
namespace {

using EvpContext = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

[[noreturn]] void fail() { throw std::runtime_error("OpenSSL has no SHA-256"); }

EvpContext new_context() {
  EvpContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context) fail();
  return context;
}

/// Closes on every way out.
struct Descriptor {
  int number;
  ~Descriptor() { ::close(number); }
};

}  // namespace

struct Sha256::Context {
  EvpContext evp = new_context();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) != 1) fail();
}
Sha256::Sha256(Sha256&& other) noexcept = default;
Sha256& Sha256::operator=(Sha256&& other) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) fail();
}

std::string Sha256::hex() const {
  const EvpContext copy = new_context();  // finishing ends a context
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_MD_CTX_copy_ex(copy.get(), context_->evp.get()) != 1 || EVP_DigestFinal_ex(copy.get(), bytes, &size) != 1) {
    fail();
  }
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

// O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
std::string sha256_of_file(const std::filesystem::path& file) {
  const int number = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (number < 0) throw Error(file.string() + ": cannot be read");
  const Descriptor descriptor{number};
  struct stat status {};
  if (::fstat(number, &status) != 0 || !S_ISREG(status.st_mode)) throw Error(file.string() + ": is not a regular file");
  Sha256 digest;
  std::vector<char> block(1 << 16);
  while (true) {
    const ssize_t count = ::read(number, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(file.string() + ": cannot be read to its end");
    if (count == 0) return digest.hex();
    digest.add({block.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace tutti
