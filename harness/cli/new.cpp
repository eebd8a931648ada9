// tutti new: the beginning of a plugin outside this tree.
#include <fmt/core.h>

#include <memory>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "launch/command.hpp"
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
  const std::string word = launch::shell_word(folder.string());
  launch::say(stdout, fmt::format("build it: cmake -S {0} -B {0}/build -G Ninja && ninja -C {0}/build\n"
                                  "check it: tutti verify {0}/build/{1}.so\n",
                                  word, options.name));
}

}  // namespace

void add_new(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("new", "Begin a plugin of your own: source, build file, test and example suite");
  auto options = std::make_shared<NewOptions>();
  command->add_option("KIND", options->kind, "algorithm or environment")
      ->required()
      ->check(CLI::IsMember({"algorithm", "environment"}));
  command->add_option("NAME", options->name, "its name, such as my_method")->required();
  command->add_option("--dir", options->folder, "folder to write; one of that name here if left out");
  command->callback([options, &status] {
    write_project(*options);
    status = 0;
  });
}

}  // namespace tutti::cli
