// tutti new: the beginning of a plugin outside this tree.
#include <fmt/core.h>

#include <memory>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/not_empty.hpp"
#include "launch/command.hpp"
#include "launch/program_name.hpp"
#include "launch/say.hpp"
#include "scaffold/scaffold.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

struct NewOptions {
  std::string kind;
  std::string name;
  std::filesystem::path folder;
};

/// Where the SDK of this program is installed; empty if the program was built and not installed.
std::filesystem::path installation() {
  const std::filesystem::path prefix = std::filesystem::canonical("/proc/self/exe").parent_path().parent_path();
  return std::filesystem::exists(prefix / "lib/cmake/tutti") ? prefix : std::filesystem::path();
}

/// What to type next.
std::string next_steps(const std::string& folder, const std::string& name) {
  const std::filesystem::path prefix = installation();
  std::string text;
  if (prefix.empty()) text = "install what it is built with, once: ./tutti install --prefix PREFIX\n";
  std::string option;  // CMake looks in /usr by itself
  if (prefix != "/usr")
    option = " -DCMAKE_PREFIX_PATH=" + (prefix.empty() ? "PREFIX" : launch::shell_word(prefix.string()));
  return text + fmt::format(
                    "build it: cmake -S {0} -B {0}/build -G Ninja{1} && ninja -C {0}/build\n"
                    "check it: {2} verify {0}/build/{3}.so\n",
                    folder, option, launch::program_name(), name);
}

void write_project(const NewOptions& options) {
  const std::filesystem::path folder = options.folder.empty() ? std::filesystem::path(options.name) : options.folder;
  const loader::Registry registry = load_plugins();
  for (const loader::Plugin& plugin : registry.plugins()) {
    if (plugin.name == options.name && loader::to_text(plugin.kind) == options.kind)
      throw Error(fmt::format("{} \"{}\" exists already, in {}; expected another name", options.kind, options.name,
                              plugin.file.string()));
  }
  for (const auto& file : scaffold::write_project(options.kind, options.name, folder))
    launch::say(stdout, fmt::format("{}\n", file.string()));
  launch::say(stdout, next_steps(launch::shell_word(folder.string()), options.name));
}

}  // namespace

void add_new(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("new", "Begin a plugin of your own: source, build file, test and example suite");
  auto options = std::make_shared<NewOptions>();
  command->add_option("KIND", options->kind, "algorithm or environment")
      ->required()
      ->check(CLI::IsMember({"algorithm", "environment"}));
  command->add_option("NAME", options->name, "its name, such as my_method")->required();
  command->add_option("--dir", options->folder, "folder to write; one of that name here if left out")
      ->check(not_empty());
  command->callback([options, &status] {
    write_project(*options);
    status = 0;
  });
}

}  // namespace tutti::cli
