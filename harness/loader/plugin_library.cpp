#include "loader/plugin_library.hpp"

#include <string>
#include <string_view>

#include "loader/runtimes.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

// What the system's loader says, without what Boost puts around it: the text of an errno that has nothing to do with
// it.
std::string loader_message(const boost::system::system_error& error) {
  const std::string text = error.what();
  constexpr std::string_view kStart = "(dlerror system message: ";
  const std::size_t start = text.find(kStart);
  const std::size_t end = text.rfind(')');
  if (start == std::string::npos || end < start + kStart.size()) return text;
  return text.substr(start + kStart.size(), end - start - kStart.size());
}

void open(boost::dll::shared_library& library, const Plugin& plugin) {
  namespace dll = boost::dll;
  require_one_runtime_before_opening(plugin.file);
  try {
    library.load(plugin.file.string(), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const boost::system::system_error&) {
    throw;
  } catch (const std::exception& error) {  // of an initialiser
    throw Error(plugin.file.string() + ": throws while it is opened: " + error.what());
  } catch (...) {
    throw Error(plugin.file.string() + ": throws something unknown while it is opened");
  }
  try {
    require_one_runtime(plugin.file);
  } catch (const Error&) {
    library.unload();
    throw;
  }
}

// Opens a library and finds its table of functions.
template <class Table>
const Table& import_table(boost::dll::shared_library& library, const Plugin& plugin, const char* symbol) {
  try {
    if (!library.is_loaded()) open(library, plugin);
    return library.get<const Table>(symbol);
  } catch (const boost::system::system_error& error) {
    throw Error(plugin.file.string() + ": cannot be used as " + std::string(to_text(plugin.kind)) + " \"" +
                plugin.name + "\": " + loader_message(error));
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

template <class Table>
const Table& complete_table(boost::dll::shared_library& library, const Plugin& plugin, const char* symbol) {
  const Table& table = import_table<Table>(library, plugin, symbol);
  check_table(plugin, table);
  return table;
}

}  // namespace

const EnvironmentPlugin& environment_table(boost::dll::shared_library& library, const Plugin& plugin) {
  return complete_table<EnvironmentPlugin>(library, plugin, "tutti_environment");
}

const AlgorithmPlugin& algorithm_table(boost::dll::shared_library& library, const Plugin& plugin) {
  return complete_table<AlgorithmPlugin>(library, plugin, "tutti_algorithm");
}

}  // namespace tutti::loader
