#include "environment.hpp"

TUTTI_PLUGIN_HEADER(
    kEnvironment, {.name = "mpe",
                   .version = "1.0",
                   .summary = "Multi-agent particle environments: cooperative navigation, physical deception.",
                   .source = "MPE2 1.1.0 (simple_spread_v3, simple_adversary_v3); Lowe et al. 2017, arXiv:1706.02275"});

const tutti::EnvironmentPlugin tutti_environment = {
    .declare = tutti::declare_parameters<tutti::mpe::Config>,
    .tasks = tutti::mpe::named_tasks,
    .libraries = [](std::vector<tutti::LibraryVersion>&) {},
    .create =
        [](const tutti::EnvironmentContext& context) {
          return tutti::mpe::make_environment(tutti::read_parameters<tutti::mpe::Config>(context.values));
        },
};
