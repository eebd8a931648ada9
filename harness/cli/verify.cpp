// tutti verify: what every plugin has to keep, checked on somebody's.
#include "verify/verify.hpp"

#include <fmt/core.h>

#include <map>
#include <memory>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "launch/program_name.hpp"
#include "launch/say.hpp"
#include "run/preparation.hpp"
#include "suite/document.hpp"
#include "suite/nearest.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

const char* word_of(verify::Verdict verdict) {
  switch (verdict) {
    case verify::Verdict::kPassed:
      return "ok";
    case verify::Verdict::kFailed:
      return "FAILED";
    case verify::Verdict::kNoted:
      return "note";
    case verify::Verdict::kSkipped:
      return "skipped";
  }
  return "";
}

class Printer {
 public:
  void print(const verify::Finding& finding) {
    if (finding.subject != subject_) launch::say(stdout, fmt::format("{}\n", subject_ = finding.subject));
    launch::say(stdout, fmt::format("  {:8}{}{}{}\n", word_of(finding.verdict), finding.check,
                                    finding.text.empty() ? "" : ": ", finding.text));
    ++counts_[finding.verdict];
  }

  void print_failure(const std::string& reason) {
    launch::say(stdout, fmt::format("  FAILED  {}\n", reason));
    ++counts_[verify::Verdict::kFailed];
  }

  bool failed() const { return counts_.contains(verify::Verdict::kFailed); }
  std::string summary() const {
    const auto count = [&](verify::Verdict verdict) { return counts_.contains(verdict) ? counts_.at(verdict) : 0; };
    return fmt::format("{} passed, {} failed, {} to look at, {} skipped\n", count(verify::Verdict::kPassed),
                       count(verify::Verdict::kFailed), count(verify::Verdict::kNoted),
                       count(verify::Verdict::kSkipped));
  }

 private:
  std::string subject_;
  std::map<verify::Verdict, int> counts_;
};

/// The plugins that `what` means: those in a file, or those with a name.
std::vector<loader::Plugin> plugins_meant(const std::string& what, const loader::Registry& registry) {
  std::vector<loader::Plugin> plugins;
  std::vector<std::string> names;
  for (const loader::Plugin& plugin : registry.plugins()) {
    names.push_back(plugin.name);
    if (plugin.name == what || plugin.file == what) plugins.push_back(plugin);
  }
  for (const loader::Refusal& refusal : registry.refusals()) {
    if (refusal.file == what) throw Error(refusal.reason);
  }
  if (plugins.empty())
    throw Error("no plugin is named \"" + what + "\"; " + suite::suggestion(what, names) +
                "; a file is given by its path, such as ./" + what + ".so\n" + search_path_text());
  return plugins;
}

bool is_file(const std::string& what) { return what.ends_with(".so") || what.find('/') != std::string::npos; }

/// "NAME=VALUE" by name.
ParameterValues values_from(const std::vector<std::string>& settings) {
  ParameterValues values;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const auto value = equals == std::string::npos ? std::nullopt : suite::parse_value(setting.substr(equals + 1));
    if (!value) throw Error("--set " + setting + ": expected NAME=VALUE");
    values[setting.substr(0, equals)] = *value;
  }
  return values;
}

int verify_plugins(const std::string& what, const ParameterValues& set) {
  run::prepare_to_compute();
  // A file is checked by itself: others of its name do not matter.
  loader::Registry registry = is_file(what) ? loader::Registry({what}) : load_plugins();
  Printer printer;
  if (is_file(what) && registry.plugins().empty() && registry.refusals().empty()) throw Error(what + ": no such file");
  for (const loader::Plugin& plugin : plugins_meant(what, registry)) {
    launch::say(stdout, fmt::format("{}: {} {} {}\n", plugin.file.string(), loader::to_text(plugin.kind), plugin.name,
                                    plugin.version));
    try {
      verify::verify(
          registry, plugin, [&](const verify::Finding& finding) { printer.print(finding); }, set);
    } catch (const Error& error) {
      printer.print_failure(error.what());
    }
  }
  launch::say(stdout, printer.summary());
  return printer.failed() ? 1 : 0;
}

}  // namespace

void add_verify(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "verify", "Check that a plugin keeps what suites rely on: repeatable, resumable, within its bounds");
  auto what = std::make_shared<std::string>();
  command
      ->add_option("PLUGIN", *what,
                   fmt::format("a name that `{} list` shows, or a library: FILE.so", launch::program_name()))
      ->required();
  auto settings = std::make_shared<std::vector<std::string>>();
  command->add_option("--set", *settings, "a parameter of the plugin: NAME=VALUE, in place of its default or a task's");
  command->callback([what, settings, &status] { status = verify_plugins(*what, values_from(*settings)); });
}

}  // namespace tutti::cli
