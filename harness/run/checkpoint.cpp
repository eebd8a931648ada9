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
// A state holds networks, and the replay buffer of an algorithm that keeps it in memory.
constexpr std::uint64_t kMostStateBytes = std::uint64_t{1} << 36;
constexpr std::size_t kHeaderSize = kMagic.size() + kDigestSize + 1;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An account as it is stored: with what it belongs to.
struct StoredAccount {
  std::int64_t step = 0;
  std::string state_digest;
  Account account;
};

std::vector<std::byte> to_bytes(std::int64_t step, const std::string& state_digest, const Account& account) {
  SnapshotWriter writer;
  writer.text("run", account.run);
  writer.text("settings", account.settings);
  writer.value("step", step);
  writer.text("state_digest", state_digest);
  const auto* evaluations = reinterpret_cast<const std::uint8_t*>(account.evaluations.data());
  writer.values<std::uint8_t>("evaluations", {evaluations, account.evaluations.size()});
  writer.values<double>("seconds", account.seconds);
  writer.value("cpu_seconds", account.cpu_seconds);
  writer.value("train_cpu_seconds", account.train_cpu_seconds);
  writer.value("peak_memory_bytes", account.peak_memory_bytes);
  writer.value("row_train_seconds", account.row_train_seconds);
  writer.value("tables", static_cast<std::int64_t>(account.tables.size()));
  for (const auto& [name, end] : account.tables) {
    writer.text("table", name);
    writer.value("size", end.size);
    writer.text("digest", end.digest);
  }
  return writer.bytes();
}

StoredAccount account_from(std::span<const std::byte> bytes) {
  SnapshotReader reader(bytes);
  StoredAccount stored;
  Account& account = stored.account;
  account.run = reader.text("run");
  account.settings = reader.text("settings");
  stored.step = reader.value<std::int64_t>("step");
  stored.state_digest = reader.text("state_digest");
  const auto evaluations = reader.vector<std::uint8_t>("evaluations");
  const auto* first = reinterpret_cast<const std::byte*>(evaluations.data());
  account.evaluations.assign(first, first + evaluations.size());
  reader.values<double>("seconds", account.seconds);
  account.cpu_seconds = reader.value<double>("cpu_seconds");
  account.train_cpu_seconds = reader.value<double>("train_cpu_seconds");
  account.peak_memory_bytes = reader.value<std::int64_t>("peak_memory_bytes");
  account.row_train_seconds = reader.value<double>("row_train_seconds");
  for (auto left = reader.value<std::int64_t>("tables"); left > 0; --left) {
    const std::string name = reader.text("table");
    results::TableEnd& end = account.tables[name];
    end.size = reader.value<std::uint64_t>("size");
    end.digest = reader.text("digest");
  }
  reader.finish();
  return stored;
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

std::string write_sealed(const std::filesystem::path& file, std::span<const std::byte> content) {
  const std::string digest = sha256(as_text(content));
  std::string bytes;
  bytes.reserve(kHeaderSize + content.size());
  bytes += kMagic;
  bytes += digest;
  bytes += '\n';
  bytes += as_text(content);
  results::write_file(file, bytes, results::Durability::kPower);
  return digest;
}

std::vector<std::byte> read_sealed(const std::filesystem::path& file, std::string* digest) {
  const std::string bytes = results::read_file(file, kMostStateBytes);
  if (!bytes.starts_with(kMagic) || bytes.size() < kHeaderSize || bytes[kHeaderSize - 1] != '\n') {
    throw Error(file.string() + ": torn, or not a file of tutti");
  }
  const std::string_view content = std::string_view(bytes).substr(kHeaderSize);
  if (sha256(content) != std::string_view(bytes).substr(kMagic.size(), kDigestSize)) {
    throw Error(file.string() + ": damaged, its content does not have the digest that it carries");
  }
  if (digest != nullptr) *digest = bytes.substr(kMagic.size(), kDigestSize);
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
  const std::string digest = write_sealed(file(step, "state"), state);
  write_sealed(file(step, "account"), to_bytes(step, digest, account));
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

// Each in whole, and both of this step.
Checkpoint CheckpointStore::read_one(std::int64_t step) const {
  std::string digest;
  Checkpoint checkpoint{step, read_sealed(file(step, "state"), &digest), {}};
  StoredAccount stored = account_from(read_sealed(file(step, "account")));
  if (stored.step != step) {
    throw Error(fmt::format("{}: is the account of step {}", file(step, "account").string(), stored.step));
  }
  if (stored.state_digest != digest) {
    throw Error(file(step, "state").string() + ": is not the state that its account names");
  }
  checkpoint.account = std::move(stored.account);
  return checkpoint;
}

void CheckpointStore::remove(std::int64_t step) {
  std::error_code ignored;
  std::filesystem::remove(file(step, "account"), ignored);  // first: without it the other does not count
  std::filesystem::remove(file(step, "state"), ignored);
}

std::optional<Checkpoint> CheckpointStore::read(const std::function<void(const std::string&)>& warn, std::int64_t end) {
  for (const std::int64_t step : steps()) {
    if (step >= end) continue;
    try {
      return read_one(step);
    } catch (const Error& error) {
      warn(error.what());
      remove(step);
    }
  }
  return std::nullopt;
}

void CheckpointStore::remove_after(std::int64_t step) {
  for (const std::int64_t other : steps()) {
    if (other > step) remove(other);
  }
}

void remove_working_files(const std::filesystem::path& run_folder) {
  try {
    std::filesystem::remove_all(results::path_below(run_folder, kWorkFolder));
  } catch (const std::exception&) {
    // It costs room, and nothing else.
  }
}

}  // namespace tutti::run
