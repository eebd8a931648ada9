#include "replay_buffer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "tutti/error.hpp"

namespace tutti {
namespace {

/// `value` rounded up to a multiple of `unit`.
std::int64_t round_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

std::int64_t capacity_for(const AlgorithmContext& context, std::int64_t capacity) {
  const std::int64_t copies = std::max<std::int64_t>(context.copies, 1);
  const std::int64_t budget = context.environment_steps > 0 ? context.environment_steps : capacity;
  return round_up(std::max<std::int64_t>(std::min(capacity, budget), 1), copies);
}

void require_finite(std::span<const float> values, const char* what, std::int64_t step) {
  // Zero times a finite number is zero; the sum is NaN otherwise. One pass without a branch.
  float sum = 0;
  for (const float value : values) sum += value * 0.0F;
  if (sum == 0.0F) return;
  throw NotFiniteError("environment step " + std::to_string(step) + ": " + what + " is not finite");
}

// FNV-1a (Fowler, Noll, Vo) over words of 32 bits. Each step is one to one, so that one changed word changes the digest
// for certain.
constexpr std::uint64_t kNoRecords = 0xCBF29CE484222325U;

std::uint64_t digest_of(std::uint64_t digest, const float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    digest = (digest ^ std::bit_cast<std::uint32_t>(values[i])) * 0x100000001B3U;
  }
  return digest;
}

/// Floats of a part of a batch, a multiple of a line of the cache.
std::int64_t part_size(std::int64_t rows, std::int64_t columns) { return round_up(rows * columns, 16); }

float* put(float* out, std::span<const float> values) { return std::copy(values.begin(), values.end(), out); }

}  // namespace

ReplayBuffer::Layout::Layout(const EnvironmentSpec& environment)
    : observation(environment.joint_observation_size()),
      state(environment.state_size),
      action(environment.joint_action_size()),
      stored_state(environment.state_is_joint_observation ? 0 : environment.state_size) {
  reward = 0;
  terminated = 1;
  ended = 2;
  observation_at = 3;
  state_at = observation_at + observation;
  action_at = state_at + stored_state;
  next_observation_at = action_at + action;
  next_state_at = next_observation_at + observation;
  record = next_state_at + stored_state;
}

std::int64_t ReplayBuffer::slots_for(const AlgorithmContext& context, std::int64_t capacity) {
  const std::int64_t live = capacity_for(context, capacity);
  const bool wraps = live < context.environment_steps;  // otherwise nothing is ever overwritten
  const std::int64_t slack = context.folder.empty() || !wraps ? 0 : 2 * context.replayed_steps + kBlockRecords;
  return round_up(live + slack, std::max<std::int64_t>(context.copies, 1));
}

std::size_t ReplayBuffer::bytes_for(const Layout& layout, std::int64_t slots) {
  return kHeaderBytes + static_cast<std::size_t>(slots * layout.record) * sizeof(float);
}

Resources ReplayBuffer::resources(const AlgorithmContext& context, std::int64_t capacity) {
  const auto bytes = static_cast<std::int64_t>(bytes_for(Layout(context.environment), slots_for(context, capacity)));
  return context.folder.empty() ? Resources{.disk_bytes = 0, .memory_bytes = bytes}
                                : Resources{.disk_bytes = bytes, .memory_bytes = 0};
}

ReplayBuffer::ReplayBuffer(const AlgorithmContext& context, std::int64_t capacity)
    : layout_(context.environment),
      device_(context.device),
      copies_(context.copies),
      capacity_(capacity_for(context, capacity)),
      slots_(slots_for(context, capacity)),
      memory_(context.folder.empty() ? std::filesystem::path() : context.folder / "replay.bin",
              bytes_for(layout_, slots_)),
      blocks_(memory_.in_file() ? static_cast<std::size_t>(slots_ / kBlockRecords + 2) : 0) {
  // At once: a checkpoint may come before the first step.
  if (memory_.in_file() && header().slots == 0) header() = {layout_.record, slots_, 0};
}

float* ReplayBuffer::record(std::int64_t number) const {
  return reinterpret_cast<float*>(memory_.data() + kHeaderBytes) + number % slots_ * layout_.record;
}

void ReplayBuffer::add(const Transitions& transitions) {
  const std::int64_t step = added_ + copies_;
  require_finite(transitions.rewards, "the reward", step);
  require_finite(transitions.actions.all(), "an action", step);
  require_finite(transitions.next_observations.all(), "an observation", step);
  require_finite(transitions.next_states.all(), "the state", step);
  for (std::size_t copy = 0; copy < transitions.rewards.size(); ++copy, ++added_) {
    float* out = record(added_);
    *out++ = transitions.rewards[copy];
    *out++ = transitions.terminated[copy] ? 1.0F : 0.0F;
    *out++ = transitions.terminated[copy] || transitions.truncated[copy] ? 1.0F : 0.0F;
    out = put(out, transitions.observations.row(copy));
    if (layout_.stored_state > 0) out = put(out, transitions.states.row(copy));
    out = put(out, transitions.actions.row(copy));
    out = put(out, transitions.next_observations.row(copy));
    if (layout_.stored_state > 0) put(out, transitions.next_states.row(copy));
    if (!memory_.in_file()) continue;
    std::uint64_t& digest = block_digest(added_ / kBlockRecords);
    digest = digest_of(added_ % kBlockRecords == 0 ? kNoRecords : digest, record(added_), layout_.record);
  }
  header() = {layout_.record, slots_, added_};
}

Batch ReplayBuffer::sample(std::int64_t batch_size, std::int64_t steps, double discount, RandomStream& random) const {
  TORCH_CHECK(size() > 0, "ReplayBuffer: nothing to sample");
  std::vector<std::int64_t> starts(static_cast<std::size_t>(batch_size));
  for (std::int64_t& start : starts) {
    start = added_ - size() + static_cast<std::int64_t>(random.index(static_cast<std::uint64_t>(size())));
  }
  return gather(starts, steps, discount);
}

/// A batch whose tensors follow each other in `block`, each at the start of a line of the cache.
Batch ReplayBuffer::batch_in(const torch::Tensor& block, std::int64_t rows) const {
  std::int64_t offset = 0;
  const auto next = [&](std::int64_t columns) {
    const torch::Tensor part =
        block.narrow(0, std::exchange(offset, offset + part_size(rows, columns)), rows * columns);
    return part.view({rows, columns});
  };
  Batch batch;
  batch.observations = next(layout_.observation);
  batch.actions = next(layout_.action);
  batch.rewards = next(1).squeeze(1);
  batch.bootstrap = next(1).squeeze(1);
  batch.next_observations = next(layout_.observation);
  const bool own_state = layout_.stored_state > 0;
  batch.states = own_state ? next(layout_.state) : batch.observations;
  batch.next_states = own_state ? next(layout_.state) : batch.next_observations;
  return batch;
}

std::int64_t ReplayBuffer::block_size(std::int64_t rows) const {
  return 2 * (part_size(rows, layout_.observation) + part_size(rows, layout_.stored_state) + part_size(rows, 1)) +
         part_size(rows, layout_.action);
}

Batch ReplayBuffer::gather(std::span<const std::int64_t> starts, std::int64_t steps, double discount) const {
  const auto rows = static_cast<std::int64_t>(starts.size());
  const torch::Tensor block = host_tensor({block_size(rows)}, device_);
  const Batch batch = batch_in(block, rows);
  const bool own_state = layout_.stored_state > 0;

  const auto take = [](const float* from, std::int64_t size, const torch::Tensor& to, std::int64_t row) {
    std::copy_n(from, size, to.data_ptr<float>() + row * size);
  };
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t number = starts[static_cast<std::size_t>(row)];
    const float* first = record(number);
    const float* last = first;
    double sum = last[layout_.reward], factor = discount;
    for (std::int64_t k = 1; k < steps && last[layout_.ended] == 0 && number + copies_ < added_; ++k) {
      number += copies_;
      last = record(number);
      sum += factor * last[layout_.reward];
      factor *= discount;
    }
    batch.rewards.data_ptr<float>()[row] = static_cast<float>(sum);
    batch.bootstrap.data_ptr<float>()[row] = last[layout_.terminated] == 0 ? static_cast<float>(factor) : 0.0F;
    take(first + layout_.observation_at, layout_.observation, batch.observations, row);
    take(first + layout_.action_at, layout_.action, batch.actions, row);
    take(last + layout_.next_observation_at, layout_.observation, batch.next_observations, row);
    if (!own_state) continue;
    take(first + layout_.state_at, layout_.state, batch.states, row);
    take(last + layout_.next_state_at, layout_.state, batch.next_states, row);
  }
  return device_.is_cpu() ? batch : batch_in(on_device(block, device_), rows);
}

std::vector<std::uint64_t> ReplayBuffer::live_digests() const {
  std::vector<std::uint64_t> digests;
  for (std::int64_t block = first_live_block(); block < end_of_blocks(); ++block) {
    digests.push_back(blocks_[static_cast<std::size_t>(block) % blocks_.size()]);
  }
  return digests;
}

// The first block may begin before the first live record; the room beyond the capacity keeps that part, too.
void ReplayBuffer::check_blocks(std::span<const std::uint64_t> expected) {
  if (static_cast<std::int64_t>(expected.size()) != end_of_blocks() - first_live_block()) {
    throw Error("the snapshot has digests of " + std::to_string(expected.size()) + " blocks of the replay buffer");
  }
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const std::int64_t block = first_live_block() + static_cast<std::int64_t>(k);
    const std::int64_t end = std::min((block + 1) * kBlockRecords, added_);
    std::uint64_t& found = block_digest(block) = kNoRecords;
    for (std::int64_t number = block * kBlockRecords; number < end; ++number) {
      found = digest_of(found, record(number), layout_.record);
    }
    if (found == expected[k]) continue;
    throw Error(memory_.file().string() + ": the records of steps " + std::to_string(block * kBlockRecords) + " to " +
                std::to_string(end) + " are not those that the checkpoint was made with");
  }
}

void ReplayBuffer::save(SnapshotWriter& writer) const {
  writer.value<std::int64_t>("replay/added", added_);
  writer.text("replay/storage", memory_.in_file() ? "file" : "snapshot");
  if (memory_.in_file()) {
    writer.values<std::uint64_t>("replay/blocks", live_digests());
    return memory_.flush();
  }
  std::vector<float> records;
  for (std::int64_t number = added_ - size(); number < added_; ++number) {
    records.insert(records.end(), record(number), record(number) + layout_.record);
  }
  writer.values<float>("replay/records", records);
}

void ReplayBuffer::load(SnapshotReader& reader) {
  const auto added = reader.value<std::int64_t>("replay/added");
  const std::string storage = reader.text("replay/storage");
  if (storage != (memory_.in_file() ? "file" : "snapshot")) {
    throw Error("the snapshot keeps its replay buffer in a " + storage + ", but this run keeps its own in " +
                (memory_.in_file() ? memory_.file().string() : "memory"));
  }
  if (added < 0) throw Error("the snapshot's replay buffer holds " + std::to_string(added) + " steps");
  if (memory_.in_file()) {
    const Header& found = header();
    if (found.record != layout_.record || found.slots != slots_ || found.added < added) {
      throw Error(memory_.file().string() + ": does not hold the " + std::to_string(added) +
                  " steps that the snapshot was made with");
    }
    added_ = added;
    check_blocks(reader.vector<std::uint64_t>("replay/blocks"));
    return;
  }
  added_ = added;
  const std::vector<float> records = reader.vector<float>("replay/records");
  if (records.size() != static_cast<std::size_t>(size() * layout_.record)) {
    throw Error("the snapshot's replay buffer has " + std::to_string(records.size()) + " values; expected " +
                std::to_string(size() * layout_.record));
  }
  for (std::int64_t k = 0; k < size(); ++k) {
    std::copy_n(records.data() + k * layout_.record, layout_.record, record(added_ - size() + k));
  }
}

}  // namespace tutti
