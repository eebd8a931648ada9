#include "run/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "digest/digest.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::run {
namespace {

constexpr std::string_view kMagic = "tutti sealed 1\n";
constexpr std::size_t kDigestSize = 64;
constexpr std::size_t kHeaderSize = kMagic.size() + kDigestSize + 1;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> to_bytes(const Account& account) {
  SnapshotWriter writer;
  const auto* evaluations = reinterpret_cast<const std::uint8_t*>(account.evaluations.data());
  writer.values<std::uint8_t>("evaluations", {evaluations, account.evaluations.size()});
  writer.values<double>("seconds", account.seconds);
  writer.value("cpu_seconds", account.cpu_seconds);
  writer.value("peak_memory_bytes", account.peak_memory_bytes);
  writer.value("row_train_seconds", account.row_train_seconds);
  writer.value("tables", static_cast<std::int64_t>(account.table_sizes.size()));
  for (const auto& [name, size] : account.table_sizes) {
    writer.text("table", name);
    writer.value("size", size);
  }
  return writer.bytes();
}

Account account_from(std::span<const std::byte> bytes) {
  SnapshotReader reader(bytes);
  Account account;
  const auto evaluations = reader.vector<std::uint8_t>("evaluations");
  const auto* first = reinterpret_cast<const std::byte*>(evaluations.data());
  account.evaluations.assign(first, first + evaluations.size());
  reader.values<double>("seconds", account.seconds);
  account.cpu_seconds = reader.value<double>("cpu_seconds");
  account.peak_memory_bytes = reader.value<std::int64_t>("peak_memory_bytes");
  account.row_train_seconds = reader.value<double>("row_train_seconds");
  for (auto left = reader.value<std::int64_t>("tables"); left > 0; --left) {
    const std::string name = reader.text("table");
    account.table_sizes[name] = reader.value<std::uint64_t>("size");
  }
  reader.finish();
  return account;
}

/// "step-20000.account" -> 20000.
std::optional<std::int64_t> step_of(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  constexpr std::string_view kPrefix = "step-";
  std::int64_t step = 0;
  if (!stem.starts_with(kPrefix)) return std::nullopt;
  const char* end = stem.data() + stem.size();
  const auto [last, error] = std::from_chars(stem.data() + kPrefix.size(), end, step);
  if (error != std::errc() || last != end) return std::nullopt;
  return step;
}

}  // namespace

void write_sealed(const std::filesystem::path& file, std::span<const std::byte> content) {
  std::string bytes;
  bytes.reserve(kHeaderSize + content.size());
  bytes += kMagic;
  bytes += sha256(as_text(content));
  bytes += '\n';
  bytes += as_text(content);
  results::write_file(file, bytes, results::Durability::kPower);
}

std::vector<std::byte> read_sealed(const std::filesystem::path& file) {
  const std::string bytes = results::read_file(file);
  if (!bytes.starts_with(kMagic) || bytes.size() < kHeaderSize || bytes[kHeaderSize - 1] != '\n') {
    throw Error(file.string() + ": torn, or not a file of tutti");
  }
  const std::string_view content = std::string_view(bytes).substr(kHeaderSize);
  if (sha256(content) != std::string_view(bytes).substr(kMagic.size(), kDigestSize)) {
    throw Error(file.string() + ": damaged, its content does not have the digest that it carries");
  }
  const auto* first = reinterpret_cast<const std::byte*>(content.data());
  return {first, first + content.size()};
}

std::filesystem::path CheckpointStore::file(std::int64_t step, const char* kind) const {
  return folder_ / fmt::format("step-{}.{}", step, kind);
}

std::vector<std::int64_t> CheckpointStore::steps() const {
  std::vector<std::int64_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".account") continue;
    if (const auto step = step_of(entry.path())) found.push_back(*step);
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

void CheckpointStore::write(std::int64_t step, std::span<const std::byte> state, const Account& account) {
  write_sealed(file(step, "state"), state);
  write_sealed(file(step, "account"), to_bytes(account));
  // Whatever is neither this one nor the last complete one before it goes: older ones, and what a kill left half done.
  std::int64_t previous = step;
  for (const std::int64_t other : steps()) {
    if (other < step) {
      previous = other;
      break;
    }
  }
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    const std::optional<std::int64_t> found = step_of(entry.path());
    if (found && *found != step && *found != previous) std::filesystem::remove(entry.path(), ignored);
  }
}

std::optional<Checkpoint> CheckpointStore::read(const std::function<void(const std::string&)>& warn) {
  for (const std::int64_t step : steps()) {
    try {
      return Checkpoint{step, read_sealed(file(step, "state")), account_from(read_sealed(file(step, "account")))};
    } catch (const Error& error) {
      warn(error.what());
      std::error_code ignored;
      std::filesystem::remove(file(step, "account"), ignored);  // first: without it the other does not count
      std::filesystem::remove(file(step, "state"), ignored);
    }
  }
  return std::nullopt;
}

}  // namespace tutti::run
