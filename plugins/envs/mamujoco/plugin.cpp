#include "environment.hpp"

TUTTI_PLUGIN_HEADER(kEnvironment,
                    {.name = "mamujoco",
                     .version = "1.0",
                     .summary = "MuJoCo robots whose actuators are divided among agents.",
                     .source = "Gymnasium-Robotics 1.4.2 MaMuJoCo, HARL; Peng et al. 2021, arXiv:2003.06709"});

const tutti::EnvironmentPlugin tutti_environment = {
    .declare = tutti::declare_parameters<tutti::mamujoco::Config>,
    .tasks = tutti::mamujoco::named_tasks,
    .libraries =
        [](std::vector<tutti::LibraryVersion>& libraries) {
          libraries.push_back({"MuJoCo", tutti::mamujoco::library_version()});
        },
    .create =
        [](const tutti::EnvironmentContext& context) {
          const auto config = tutti::read_parameters<tutti::mamujoco::Config>(context.values);
          return tutti::mamujoco::make_environment(config, context.plugin_folder / "mamujoco");
        },
};
