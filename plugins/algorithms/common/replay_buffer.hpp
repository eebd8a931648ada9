// Uniform replay of environment steps with n-step targets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mapped_memory.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// B sampled transitions. `rewards` is the discounted sum over the steps walked, `bootstrap` its discount^m, or 0 after
/// a termination: a target is rewards + bootstrap value(next). float32.
struct Batch {
  torch::Tensor observations;       // [B, O] agents concatenated
  torch::Tensor states;             // [B, S]; the same tensor as observations where the state is just that
  torch::Tensor actions;            // [B, A] as taken
  torch::Tensor rewards;            // [B]
  torch::Tensor bootstrap;          // [B]
  torch::Tensor next_observations;  // [B, O]
  torch::Tensor next_states;        // [B, S]
};

/// Records stay in the host's memory. A batch for a GPU is gathered in memory that it copies from by itself, all of it
/// at once.
///
/// The newest `capacity` environment steps of E interleaved copies, in records of fixed size in a ring.
///
/// With a folder the ring is a mapped file with room for more than `capacity` records: a checkpoint holds only the
/// number of records ever added, and going back to one by at most AlgorithmContext::replayed_steps finds every record
/// that was live then still in its place. A checkpoint holds a digest of every block of records, too, and load()
/// compares them: what was changed in the file is an Error, not another result. Without a folder a checkpoint holds the
/// records themselves.
class ReplayBuffer {
 public:
  /// `capacity` in environment steps; no more is reserved than the run's budget needs.
  ReplayBuffer(const AlgorithmContext& context, std::int64_t capacity);

  /// What a buffer made with the same arguments will need.
  static Resources resources(const AlgorithmContext& context, std::int64_t capacity);

  /// Appends one step of every copy. Throws NotFiniteError.
  void add(const Transitions& transitions);

  std::int64_t size() const { return std::min(added_, capacity_); }  // records that can be sampled
  std::int64_t added() const { return added_; }                      // records ever added

  /// Draws `batch_size` starts with replacement and walks up to `steps` records of the same copy from each. The walk
  /// ends after an episode's end or the copy's newest record, so it may be shorter. Needs size() > 0.
  Batch sample(std::int64_t batch_size, std::int64_t steps, double discount, RandomStream& random) const;

  /// The same for given starts, numbered from 0 for the first record ever added; each must still be live.
  Batch gather(std::span<const std::int64_t> starts, std::int64_t steps, double discount) const;

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  /// Where a record's parts are, in floats. A state that is the joint observation is not stored again.
  struct Layout {
    std::int64_t observation, state, action;  // sizes
    std::int64_t stored_state;                // 0 if it is the joint observation
    std::int64_t reward, terminated, ended;   // positions
    std::int64_t observation_at, state_at, action_at, next_observation_at, next_state_at;
    std::int64_t record;
    explicit Layout(const EnvironmentSpec& environment);
  };
  struct Header {  // at the start of the memory
    std::int64_t record, slots, added;
  };
  static constexpr std::size_t kHeaderBytes = 4096;
  static constexpr std::int64_t kBlockRecords = 256;  // that share a digest

  static std::int64_t slots_for(const AlgorithmContext& context, std::int64_t capacity);
  static std::size_t bytes_for(const Layout& layout, std::int64_t slots);

  Header& header() const { return *reinterpret_cast<Header*>(memory_.data()); }
  float* record(std::int64_t number) const;
  std::int64_t first_live_block() const { return (added_ - size()) / kBlockRecords; }
  std::int64_t end_of_blocks() const { return (added_ + kBlockRecords - 1) / kBlockRecords; }
  std::uint64_t& block_digest(std::int64_t block) { return blocks_[static_cast<std::size_t>(block) % blocks_.size()]; }
  Batch batch_in(const torch::Tensor& block, std::int64_t rows) const;
  std::int64_t block_size(std::int64_t rows) const;
  std::vector<std::uint64_t> live_digests() const;
  void check_blocks(std::span<const std::uint64_t> expected);

  Layout layout_;
  torch::Device device_;
  std::int64_t copies_, capacity_, slots_;
  std::int64_t added_ = 0;
  MappedMemory memory_;
  std::vector<std::uint64_t> blocks_;  // digest of block b, of what it holds so far, at b modulo the size
};

}  // namespace tutti
