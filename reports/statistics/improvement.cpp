#include "reports/statistics/improvement.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "reports/statistics/percentile.hpp"

namespace tutti::reports {
namespace {

// Twice the number of pairs that x wins: an integer, so that ties stay exact.
std::int64_t doubled_wins(double x, double y) { return x > y ? 2 : (x == y ? 1 : 0); }

// The outcome of every pair of runs, looked up by every replicate.
class PairTable {
 public:
  PairTable(const std::vector<double>& x, const std::vector<double>& y) : columns_(y.size()) {
    for (const double a : x) {
      for (const double b : y) wins_.push_back(static_cast<std::uint8_t>(doubled_wins(a, b)));
    }
  }
  double resampled(const std::uint32_t* rows, std::size_t num_rows, const std::uint32_t* columns) const {
    std::int64_t wins = 0;
    for (std::size_t i = 0; i < num_rows; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) wins += wins_[rows[i] * columns_ + columns[j]];
    }
    return static_cast<double>(wins) / (2 * static_cast<double>(num_rows * columns_));
  }

 private:
  std::vector<std::uint8_t> wins_;
  std::size_t columns_;
};

// The runs of one task, those of x first, each as twice its rank among all of them; ties share the mean of their ranks.
class PooledRanks {
 public:
  PooledRanks(const std::vector<double>& x, const std::vector<double>& y) : num_x_(x.size()), num_y_(y.size()) {
    std::vector<double> runs = x;
    runs.insert(runs.end(), y.begin(), y.end());
    std::vector<double> sorted = runs;
    std::ranges::sort(sorted);
    for (const double run : runs) {
      const auto equal = std::ranges::equal_range(sorted, run);
      doubled_ranks_.push_back((equal.begin() - sorted.begin()) + (equal.end() - sorted.begin()) + 1);
    }
  }

  // How far the probability that x wins is from one half, as the runs are.
  double lead() const { return lead_of(doubled_ranks_); }

  // The same with the runs dealt out at random; `ranks` is scratch.
  double shuffled_lead(SplitMix64& random, std::vector<std::int64_t>& ranks) const {
    ranks = doubled_ranks_;
    for (std::size_t i = 0; i < num_x_; ++i) std::swap(ranks[i], ranks[i + random.index(ranks.size() - i)]);
    return lead_of(ranks);
  }

  // In how many ways the runs can be dealt out.
  double num_deals() const {
    double deals = 1;
    for (std::size_t i = 1; i <= num_x_; ++i) deals *= static_cast<double>(num_y_ + i) / static_cast<double>(i);
    return deals;
  }

  // The same after each of them.
  std::vector<double> all_leads() const {
    std::vector<std::int64_t> ranks;
    std::vector<char> of_x(num_x_ + num_y_, 0);
    std::fill_n(of_x.begin(), num_x_, 1);
    std::vector<double> leads;
    do {
      ranks.clear();
      for (std::size_t i = 0; i < of_x.size(); ++i) {
        if (of_x[i] != 0) ranks.push_back(doubled_ranks_[i]);
      }
      leads.push_back(lead_of(ranks));
    } while (std::ranges::prev_permutation(of_x).found);
    return leads;
  }

 private:
  // Of the first ranks, those of x.
  double lead_of(const std::vector<std::int64_t>& ranks) const {
    std::int64_t lead = -static_cast<std::int64_t>(num_x_ * (num_x_ + num_y_ + 1));
    for (std::size_t i = 0; i < num_x_; ++i) lead += ranks[i];
    return static_cast<double>(lead) / (2 * static_cast<double>(num_x_ * num_y_));
  }

  std::size_t num_x_, num_y_;
  std::vector<std::int64_t> doubled_ranks_;
};

// The share of all deals whose lead is at least `least`.
double exact_p_value(const std::vector<PooledRanks>& tasks, double least) {
  std::vector<double> sums = {0};
  for (const PooledRanks& task : tasks) {
    std::vector<double> longer;
    for (const double lead : task.all_leads()) {
      for (const double sum : sums) longer.push_back(sum + lead);
    }
    sums = std::move(longer);
  }
  const auto as_far = std::ranges::count_if(sums, [&](double sum) { return std::abs(sum) >= least; });
  return static_cast<double>(as_far) / static_cast<double>(sums.size());
}

}  // namespace

double improvement_on_task(const std::vector<double>& x, const std::vector<double>& y) {
  std::int64_t wins = 0;
  for (const double a : x) {
    for (const double b : y) wins += doubled_wins(a, b);
  }
  return static_cast<double>(wins) / (2 * static_cast<double>(x.size() * y.size()));
}

double probability_of_improvement(const Strata& x, const Strata& y) {
  double sum = 0;
  for (std::size_t task = 0; task < x.size(); ++task) sum += improvement_on_task(x[task], y[task]);
  return sum / static_cast<double>(x.size());
}

std::vector<double> improvement_replicates(const Strata& x, const Strata& y, const Bootstrap& bootstrap) {
  std::vector<PairTable> tables;
  for (std::size_t task = 0; task < x.size(); ++task) tables.emplace_back(x[task], y[task]);
  std::vector<double> replicates(static_cast<std::size_t>(bootstrap.replicates));
  for_each_replicate(bootstrap, [&] {
    return [&, rows = Indices(), columns = Indices()](std::size_t b, SplitMix64 random) mutable {
      const std::vector<std::size_t> tasks = draw_tasks(x.size(), bootstrap.tasks, random);
      draw_indices(x, tasks, random, rows);
      draw_indices(y, tasks, random, columns);
      double sum = 0;
      std::size_t row = 0, column = 0;
      for (const std::size_t task : tasks) {
        sum += tables[task].resampled(&rows[row], x[task].size(), &columns[column]);
        row += x[task].size();
        column += y[task].size();
      }
      replicates[b] = sum / static_cast<double>(x.size());
    };
  });
  return replicates;
}

Estimate bootstrap_improvement(const Strata& x, const Strata& y, const Bootstrap& bootstrap) {
  Estimate result{probability_of_improvement(x, y), {}};
  if (!can_resample(x) || !can_resample(y)) return result;
  std::vector<double> replicates = improvement_replicates(x, y, bootstrap);
  result.interval = percentile_interval(replicates, bootstrap.level);
  return result;
}

double improvement_p_value(const Strata& x, const Strata& y, const Bootstrap& shuffles) {
  std::vector<PooledRanks> tasks;
  double lead = 0;
  for (std::size_t task = 0; task < x.size(); ++task) lead += tasks.emplace_back(x[task], y[task]).lead();
  // Equal sums of other terms count as equal.
  const double least = std::abs(lead) - 1e-9;
  double deals = 1;
  for (const PooledRanks& task : tasks) deals *= task.num_deals();
  if (deals <= static_cast<double>(shuffles.replicates)) return exact_p_value(tasks, least);
  std::atomic<std::int64_t> as_far = 1;
  for_each_replicate(shuffles, [&] {
    return [&, ranks = std::vector<std::int64_t>()](std::size_t, SplitMix64 random) mutable {
      double shuffled = 0;
      for (const PooledRanks& task : tasks) shuffled += task.shuffled_lead(random, ranks);
      if (std::abs(shuffled) >= least) ++as_far;
    };
  });
  return static_cast<double>(as_far) / static_cast<double>(shuffles.replicates + 1);
}

}  // namespace tutti::reports
