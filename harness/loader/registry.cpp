#include "loader/registry.hpp"

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "digest/digest.hpp"
#include "loader/checks.hpp"
#include "loader/elf_section.hpp"
#include "loader/plugin_header.hpp"
#include "loader/plugin_library.hpp"
#include "loader/trial.hpp"
#include "tutti/error.hpp"
#include "tutti/plugin_build.hpp"

namespace tutti::loader {
namespace {

std::vector<std::filesystem::path> libraries_in(const std::filesystem::path& folder) {
  if (std::filesystem::is_regular_file(folder)) return {folder};
  std::vector<std::filesystem::path> files;
  std::error_code ignored;  // a folder that cannot be read has nothing to offer
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) result += (result.empty() ? "" : ", ") + name;
  return result.empty() ? "none" : result;
}

BuildRecord build_record_of(const std::filesystem::path& file) {
  try {
    return read_build_record(read_elf_section(file, kPluginBuildSection));
  } catch (const Error&) {
    return {};  // not built by tutti_plugin()
  }
}

}  // namespace

class Registry::Libraries {
 public:
  using Key = std::pair<PluginKind, std::string>;
  std::map<Key, std::filesystem::path> files;                // of the accepted plugins
  std::map<Key, std::vector<std::filesystem::path>> rivals;  // other libraries of the same kind and name
  std::map<std::string, Devices, std::less<>> devices;       // by algorithm, of those that were asked

  /// The library, tried before it is opened here; its table is found with `table_of` and checked once.
  template <class Find>
  const auto& table(const Plugin& plugin, const Find& table_of) {
    admit(plugin);
    const auto& table = table_of(open_[plugin.file], plugin);
    if (checked_.contains(plugin.file)) return table;
    check_declarations(plugin, table);
    checked_.insert(plugin.file);
    return table;
  }

 private:
  void admit(const Plugin& plugin) {
    const auto known = verdicts_.find(plugin.file);
    const std::string refusal = known != verdicts_.end() ? known->second : verdict(plugin);
    if (known == verdicts_.end()) verdicts_.emplace(plugin.file, refusal);
    if (!refusal.empty()) throw Error(refusal);
  }

  std::string verdict(const Plugin& plugin) const {
    const std::string digest = sha256_of_file(plugin.file);
    if (passed_.has(digest)) return "";
    // A refusal is not remembered: what a library lacks may be installed.
    const std::optional<std::string> refusal = try_plugin(plugin);
    if (!refusal) passed_.add(digest);
    return refusal.value_or("");
  }

  TrialCache passed_;
  std::map<std::filesystem::path, std::string> verdicts_;  // empty: may be opened
  std::set<std::filesystem::path> checked_;
  std::map<std::filesystem::path, boost::dll::shared_library> open_;
};

std::string_view to_text(PluginKind kind) { return kind == PluginKind::kEnvironment ? "environment" : "algorithm"; }

std::vector<std::filesystem::path> search_path() {
  std::vector<std::filesystem::path> folders;
  const char* variable = std::getenv("TUTTI_PLUGIN_PATH");
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::filesystem::path program(boost::dll::program_location().string());
  const std::filesystem::path prefix = program.parent_path().parent_path();
  const bool built = std::filesystem::is_directory(prefix / "plugins");
  folders.push_back(built ? prefix / "plugins" : prefix / "lib" / "tutti" / "plugins");
  return folders;
}

Registry::Registry(const std::vector<std::filesystem::path>& folders) : libraries_(std::make_unique<Libraries>()) {
  std::set<std::filesystem::path> seen;
  for (const auto& folder : folders) {
    for (const auto& file : libraries_in(folder)) {
      // The same folder named twice is not a duplicate plugin.
      std::error_code error;
      const auto canonical = std::filesystem::canonical(file, error);
      if (!error && !seen.insert(canonical).second) continue;
      consider(file);
    }
  }
  std::ranges::sort(plugins_, {}, [](const Plugin& plugin) { return std::tuple(plugin.kind, plugin.name); });
}

Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

void Registry::consider(const std::filesystem::path& file) {
  try {
    Plugin plugin = check_header(file, read_elf_section(file, kPluginSection));
    const Libraries::Key key{plugin.kind, plugin.name};
    const auto [first, is_new] = libraries_->files.try_emplace(key, file);
    if (!is_new) {
      if (sha256_of_file(file) == sha256_of_file(first->second)) return;  // the same library in two folders
      libraries_->rivals[key].push_back(file);
      throw Error(file.string() + ": " + std::string(to_text(plugin.kind)) + " \"" + plugin.name +
                  "\" is already provided by " + first->second.string() + "; remove one of them");
    }
    plugin.build = build_record_of(file);
    plugins_.push_back(std::move(plugin));
  } catch (const Error& error) {
    refusals_.push_back({file, error.what()});
  }
}

std::vector<std::string> Registry::names(PluginKind kind) const {
  std::vector<std::string> result;
  for (const Plugin& plugin : plugins_) {
    if (plugin.kind == kind) result.push_back(plugin.name);
  }
  return result;
}

const Plugin& Registry::find(PluginKind kind, std::string_view name) const {
  for (const Plugin& plugin : plugins_) {
    if (plugin.kind != kind || plugin.name != name) continue;
    // Which one is meant decides the numbers, so nobody guesses.
    const auto rivals = libraries_->rivals.find({kind, plugin.name});
    if (rivals == libraries_->rivals.end()) return plugin;
    std::string files = plugin.file.string();
    for (const std::filesystem::path& file : rivals->second) files += " and by " + file.string();
    throw Error(std::string(to_text(kind)) + " \"" + plugin.name + "\" is provided by " + files +
                "; give one of them another name, or take it off TUTTI_PLUGIN_PATH");
  }
  std::string message =
      "unknown " + std::string(to_text(kind)) + " \"" + std::string(name) + "\"; loaded: " + joined(names(kind));
  for (const Refusal& refusal : refusals_) {
    if (refusal.file.stem() == name) message += "; refused: " + refusal.reason;
  }
  throw Error(message);
}

const EnvironmentPlugin& Registry::environment(std::string_view name) {
  return libraries_->table(find(PluginKind::kEnvironment, name), environment_table);
}

const AlgorithmPlugin& Registry::algorithm(std::string_view name) {
  return libraries_->table(find(PluginKind::kAlgorithm, name), algorithm_table);
}

const Devices& Registry::devices(std::string_view algorithm) {
  const auto found = libraries_->devices.find(algorithm);
  if (found != libraries_->devices.end()) return found->second;
  const AlgorithmPlugin& table = this->algorithm(algorithm);
  Devices devices{.built_with_cuda = false, .cuda = {}, .problem = "it computes on the CPU alone", .libraries = {}};
  if (table.devices != nullptr) devices = devices_in_child(find(PluginKind::kAlgorithm, algorithm), table);
  return libraries_->devices.emplace(algorithm, std::move(devices)).first->second;
}

std::unique_ptr<Environment> Registry::create_environment(std::string_view name, const ParameterValues& values) {
  const Plugin& plugin = find(PluginKind::kEnvironment, name);
  auto result = environment(name).create({values, plugin.file.parent_path()});
  if (!result) throw Error(plugin.file.string() + ": environment \"" + plugin.name + "\" was not created");
  check_spec(plugin, result->spec());
  return result;
}

std::unique_ptr<Algorithm> Registry::create_algorithm(std::string_view name, const AlgorithmContext& context) {
  const Plugin& plugin = find(PluginKind::kAlgorithm, name);
  auto result = algorithm(name).create(context);
  if (!result) throw Error(plugin.file.string() + ": algorithm \"" + plugin.name + "\" was not created");
  check_metrics(plugin, result->metric_names());
  return result;
}

}  // namespace tutti::loader
