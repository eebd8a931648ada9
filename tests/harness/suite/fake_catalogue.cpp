#include "suite/fake_catalogue.hpp"

#include <unistd.h>

#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

struct Grid {
  std::int64_t width = 4;
  double slip = 0.1;
  std::string wind = "none";
  void declare(Parameters& parameter) {
    parameter("width", width, between(1, 100), "cells");
    parameter("slip", slip, between(0, 1), "chance to slip");
    parameter("wind", wind, one_of({"none", "east"}), "where it blows to");
  }
  void check() const {}
};

struct Climber {
  double step = 0.01;
  std::int64_t batch_size = 32;
  std::int64_t buffer_size = 1000;
  IntegerList layers = {8, 8};
  bool greedy = false;
  void declare(Parameters& parameter) {
    parameter("step", step, more_than(0), "size of a step");
    parameter("batch_size", batch_size, at_least(1), "transitions per update");
    parameter("buffer_size", buffer_size, at_least(1), "transitions kept");
    parameter("layers", layers, at_least(1), "hidden layers");
    parameter("greedy", greedy, any_value(), "no exploration");
  }
  void check() const {
    if (batch_size > buffer_size) throw Error("batch_size is more than buffer_size");
  }
};

void grid_tasks(std::vector<TaskSpec>& tasks) {
  tasks.push_back({"small", {{"width", std::int64_t{2}}}, "", ""});
  tasks.push_back({"large", {{"width", std::int64_t{50}}}, "", ""});
  tasks.push_back({"endless", {{"width", std::int64_t{300}}}, "", ""});
}

void climber_presets(std::vector<Preset>& presets) {
  presets.push_back({"tuned", "*", {{"step", 0.5}, {"copies", std::int64_t{3}}}, ""});
  presets.push_back({"tuned", "grid/large", {{"step", 0.25}}, ""});
  presets.push_back({"default", "grid/large", {{"greedy", true}}, ""});
  presets.push_back({"elsewhere", "maze/*", {{"step", 0.125}}, ""});
}

const EnvironmentPlugin kGrid = {
    .declare = declare_parameters<Grid>, .tasks = grid_tasks, .libraries = nullptr, .create = nullptr};
const AlgorithmPlugin kClimber = {.declare = declare_parameters<Climber>,
                                  .presets = climber_presets,
                                  .check = check_parameters<Climber>,
                                  .libraries = nullptr,
                                  .resources = nullptr,
                                  .create = nullptr};
const AlgorithmPlugin kIdler = {.declare = [](ParameterSchema&) {},
                                .presets = [](std::vector<Preset>&) {},
                                .check = [](const ParameterValues&) {},
                                .libraries = nullptr,
                                .resources = nullptr,
                                .create = nullptr};

}  // namespace

Catalogue fake_catalogue() {
  return {.environments = {"grid"},
          .algorithms = {"climber", "idler"},
          .environment = [](const std::string&) -> const EnvironmentPlugin& { return kGrid; },
          .algorithm = [](const std::string& name) -> const AlgorithmPlugin& {
            return name == "idler" ? kIdler : kClimber;
          },
          .create_environment = [](const std::string&, const ParameterValues& values) -> std::unique_ptr<Environment> {
            if (std::get<std::int64_t>(values.at("width")) == 13) throw Error("13 is an unlucky width");
            return nullptr;
          },
          .report_options = {{"score", std::string("final"), one_of({"final", "best"}), "which number"}},
          .report_problems = [](const Plan& plan) -> std::map<std::string, std::string> {
            if (!plan.report.options.contains("score") || !plan.report.bounds.empty()) return {};
            return {{"score", "needs bounds"}};
          },
          .devices =
              [](const std::string& name) {
                if (name == "idler") return Devices{false, {}, "it computes on the CPU alone", {}};
                return Devices{true, {{"Fast", 8}, {"Slow", 4}}, "", {}};
              }};
}

SuiteFile::SuiteFile(const std::string& text) {
  std::string folder = (std::filesystem::temp_directory_path() / "tutti_suite_XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) throw Error("cannot make " + folder);
  path_ = std::filesystem::path(folder) / "suite.toml";
  std::ofstream(path_) << text;
}

SuiteFile::~SuiteFile() { std::filesystem::remove_all(path_.parent_path()); }

std::string SuiteFile::problems(const CommandLine& command_line) const {
  try {
    plan(command_line);
    return "accepted";
  } catch (const Error& error) {
    std::string text = error.what();
    const std::string folder = path_.parent_path().string() + "/";
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
      text.erase(at, folder.size());
    return text;
  }
}

}  // namespace tutti::suite
