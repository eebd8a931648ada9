// Checks that every learning plugin's test makes of the plugin linked into it, and the way into its parts.
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <string>
#include <vector>

#include "toy_training.hpp"
#include "tutti/error.hpp"

namespace tutti {

/// The parts of an algorithm that its each_part() calls `name`.
template <class Part, class Algorithm>
std::vector<Part*> parts_of(Algorithm& algorithm, std::string_view name) {
  std::vector<Part*> found;
  algorithm.each_part([&]<class Other>(std::string_view of_part, Other& part) {
    if constexpr (std::same_as<Other, Part>) {
      if (of_part == name) found.push_back(&part);
    }
  });
  if (found.empty()) throw Error("no such part: " + std::string(name));
  return found;
}

/// The first of them.
template <class Part, class Algorithm>
Part& part_of(Algorithm& algorithm, std::string_view name) {
  return *parts_of<Part>(algorithm, name).front();
}

/// An algorithm and the loop that trains it, ten copies of a task.
struct Training {
  Training(MakeEnvironment make, const ParameterValues& values, std::uint64_t seed = 1)
      : make_environment(std::move(make)),
        loop(make_environment, 10, seed),
        algorithm(make_toy_algorithm(loop.spec(), values, 10, 100'000, seed)) {}

  Training& steps(std::int64_t environment_steps) {
    loop.train(*algorithm, environment_steps, metrics);
    return *this;
  }
  ToyEvaluation evaluate(ActMode mode = ActMode::kDeterministic) const {
    return evaluate_toy(make_environment, *algorithm, mode);
  }
  template <class Plugin>
  Plugin& as() const {
    return dynamic_cast<Plugin&>(*algorithm);
  }

  MakeEnvironment make_environment;
  ToyLoop loop;
  std::unique_ptr<Algorithm> algorithm;
  RecordedMetrics metrics;
};

/// Every value of every preset is declared and in range.
void expect_presets_fit();

/// The value that preset `name` gives a task; presets that match later override earlier ones.
ParameterValue preset_value(const std::string& name, const std::string& task, const std::string& parameter);

/// Saved, loaded into a fresh algorithm and trained on equals never interrupted, bit for bit.
void expect_resumes_exactly(const ParameterValues& values);

/// Evaluation changes nothing, the reported quantities are the declared ones, and updates are counted.
void expect_keeps_the_contract(const ParameterValues& values);

/// `values` are refused with exactly this sentence.
void expect_refusal(const ParameterValues& values, const std::string& sentence);

}  // namespace tutti
