#include "loader/registry.hpp"

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>
#include <map>
#include <tuple>

#include "loader/elf_section.hpp"
#include "loader/plugin_header.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

std::vector<std::filesystem::path> libraries_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;  // a folder that cannot be read has nothing to offer
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// Opens a library and finds its table of functions.
template <class Table>
const Table& import_table(boost::dll::shared_library& library, const Plugin& plugin, const char* symbol) {
  namespace dll = boost::dll;
  try {
    if (!library.is_loaded()) library.load(plugin.file.string(), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    return library.get<const Table>(symbol);
  } catch (const boost::system::system_error& error) {
    throw Error(plugin.file.string() + ": cannot be used as " + std::string(to_text(plugin.kind)) + " \"" +
                plugin.name + "\": " + error.what());
  }
}

[[noreturn]] void incomplete(const Plugin& plugin, const char* member) {
  throw Error(plugin.file.string() + ": its table of functions lacks \"" + member + "\"; all members are required");
}

void check_table(const Plugin& plugin, const EnvironmentPlugin& table) {
  if (table.declare == nullptr) incomplete(plugin, "declare");
  if (table.tasks == nullptr) incomplete(plugin, "tasks");
  if (table.libraries == nullptr) incomplete(plugin, "libraries");
  if (table.create == nullptr) incomplete(plugin, "create");
}

void check_table(const Plugin& plugin, const AlgorithmPlugin& table) {
  if (table.declare == nullptr) incomplete(plugin, "declare");
  if (table.presets == nullptr) incomplete(plugin, "presets");
  if (table.check == nullptr) incomplete(plugin, "check");
  if (table.libraries == nullptr) incomplete(plugin, "libraries");
  if (table.resources == nullptr) incomplete(plugin, "resources");
  if (table.create == nullptr) incomplete(plugin, "create");
}

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) result += (result.empty() ? "" : ", ") + name;
  return result.empty() ? "none" : result;
}

}  // namespace

class Registry::Libraries {
 public:
  template <class Table>
  const Table& table(const Plugin& plugin, const char* symbol) {
    const Table& result = import_table<Table>(open_[plugin.file], plugin, symbol);
    check_table(plugin, result);
    return result;
  }

 private:
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
  std::vector<std::filesystem::path> seen;
  for (const auto& folder : folders) {
    for (const auto& file : libraries_in(folder)) {
      // The same folder named twice is not a duplicate plugin.
      std::error_code error;
      const auto canonical = std::filesystem::canonical(file, error);
      if (!error && std::ranges::count(seen, canonical) > 0) continue;
      if (!error) seen.push_back(canonical);
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
    for (const Plugin& other : plugins_) {
      if (other.kind != plugin.kind || other.name != plugin.name) continue;
      throw Error(file.string() + ": " + std::string(to_text(plugin.kind)) + " \"" + plugin.name +
                  "\" is already provided by " + other.file.string() + "; remove one of them");
    }
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
    if (plugin.kind == kind && plugin.name == name) return plugin;
  }
  std::string message =
      "unknown " + std::string(to_text(kind)) + " \"" + std::string(name) + "\"; loaded: " + joined(names(kind));
  for (const Refusal& refusal : refusals_) {
    if (refusal.file.stem() == name) message += "; refused: " + refusal.reason;
  }
  throw Error(message);
}

const EnvironmentPlugin& Registry::environment(std::string_view name) {
  return libraries_->table<EnvironmentPlugin>(find(PluginKind::kEnvironment, name), "tutti_environment");
}

const AlgorithmPlugin& Registry::algorithm(std::string_view name) {
  return libraries_->table<AlgorithmPlugin>(find(PluginKind::kAlgorithm, name), "tutti_algorithm");
}

std::unique_ptr<Environment> Registry::create_environment(std::string_view name, const ParameterValues& values) {
  const Plugin& plugin = find(PluginKind::kEnvironment, name);
  auto result = environment(name).create({values, plugin.file.parent_path()});
  if (!result) throw Error(plugin.file.string() + ": environment \"" + plugin.name + "\" was not created");
  return result;
}

std::unique_ptr<Algorithm> Registry::create_algorithm(std::string_view name, const AlgorithmContext& context) {
  const Plugin& plugin = find(PluginKind::kAlgorithm, name);
  auto result = algorithm(name).create(context);
  if (!result) throw Error(plugin.file.string() + ": algorithm \"" + plugin.name + "\" was not created");
  return result;
}

}  // namespace tutti::loader
