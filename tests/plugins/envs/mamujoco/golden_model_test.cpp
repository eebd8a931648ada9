// Compares the compiled constants of our model files, and forward dynamics in a few states, with those of the
// originals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "mujoco_api.hpp"
#include "recordings.hpp"

namespace tutti::mamujoco {
namespace {

using golden::Part;

constexpr double kConstants = 1e-9;
constexpr double kAccelerations = 1e-6;
constexpr double kRounding = 1e-14;

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

// walker2d_v5 is our walker2d; the others have the same names.
std::string file_name(const std::string& recorded) {
  return (recorded == "walker2d_v5" ? "walker2d" : recorded) + ".xml";
}

std::vector<double> row(const double* values, int index, int width) {
  return {values + index * width, values + (index + 1) * width};
}

// Entry by entry. One that is zero but for rounding is measured against the largest.
void expect_relative(std::span<const double> actual, const Part& recorded, double tolerance, const std::string& what) {
  const auto expected = recorded.all_numbers();
  ASSERT_EQ(actual.size(), expected.size()) << what;
  double largest = 1;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], tolerance * std::abs(expected[i]) + kRounding * largest)
        << what << '[' << i << ']';
  }
}

class ModelConstants : public testing::TestWithParam<std::filesystem::path> {
 protected:
  ModelConstants()
      : json_(golden::read(GetParam())),
        recorded_(json_, GetParam()),
        model_(load_model(kModels / file_name(recorded_.at("model").text()))) {}

  // Every element of a recorded list, with the names and compiled values of our model's element of the same index.
  template <class Values>
  void expect_elements(const char* list, std::int64_t count, Values values_of) {
    int index = 0;
    for (const Part& element : recorded_.at(list).items(static_cast<std::size_t>(count))) {
      for (const auto& [field, actual] : values_of(index)) {
        expect_relative(actual, element.at(field), kConstants,
                        std::string(list) + ' ' + std::to_string(index) + ' ' + field);
      }
      ++index;
    }
  }

  golden::Json json_;
  Part recorded_;
  Model model_;
};

using Fields = std::vector<std::pair<const char*, std::vector<double>>>;

std::vector<double> one(double value) { return {value}; }

// MuJoCo 3.x dropped or renamed these.
template <class Option>
void add_older_options(const Option& option, Fields& fields) {
  if constexpr (requires { option.collision; }) {
    fields.insert(fields.end(), {{"apirate", one(option.apirate)},
                                 {"collision", one(option.collision)},
                                 {"mpr_tolerance", one(option.mpr_tolerance)},
                                 {"mpr_iterations", one(option.mpr_iterations)}});
  }
}

TEST_P(ModelConstants, SizesAndOptions) {
  const mjModel& m = *model_;
  const std::vector<double> sizes{double(m.nq),    double(m.nv),   double(m.nu),
                                  double(m.nbody), double(m.njnt), double(m.ngeom)};
  std::vector<double> expected;
  for (const char* size : {"nq", "nv", "nu", "nbody", "njnt", "ngeom"}) {
    expected.push_back(recorded_.at(size).numbers({})[0]);
  }
  EXPECT_EQ(sizes, expected);
  Fields options{{"timestep", one(m.opt.timestep)},
                 {"density", one(m.opt.density)},
                 {"viscosity", one(m.opt.viscosity)},
                 {"gravity", row(m.opt.gravity, 0, 3)},
                 {"wind", row(m.opt.wind, 0, 3)},
                 {"magnetic", row(m.opt.magnetic, 0, 3)},
                 {"impratio", one(m.opt.impratio)},
                 {"tolerance", one(m.opt.tolerance)},
                 {"noslip_tolerance", one(m.opt.noslip_tolerance)},
                 {"o_margin", one(m.opt.o_margin)},
                 {"o_solref", row(m.opt.o_solref, 0, 2)},
                 {"o_solimp", row(m.opt.o_solimp, 0, 5)},
                 {"integrator", one(m.opt.integrator)},
                 {"cone", one(m.opt.cone)},
                 {"jacobian", one(m.opt.jacobian)},
                 {"solver", one(m.opt.solver)},
                 {"iterations", one(m.opt.iterations)},
                 {"noslip_iterations", one(m.opt.noslip_iterations)},
                 {"disableflags", one(m.opt.disableflags)},
                 {"enableflags", one(m.opt.enableflags)}};
  add_older_options(m.opt, options);
  for (const auto& [field, actual] : options) {
    expect_relative(actual, recorded_.at("option").at(field), kConstants, field);
  }
  expect_relative(row(m.qpos0, 0, int(m.nq)), recorded_.at("qpos0"), kConstants, "qpos0");
  expect_relative(row(m.qpos_spring, 0, int(m.nq)), recorded_.at("qpos_spring"), kConstants, "spring");
}

TEST_P(ModelConstants, Statistics) {
  const mjModel& m = *model_;
  const Fields fields{{"meaninertia", one(m.stat.meaninertia)},
                      {"meanmass", one(m.stat.meanmass)},
                      {"meansize", one(m.stat.meansize)},
                      {"extent", one(m.stat.extent)}};
  for (const auto& [field, actual] : fields) {
    expect_relative(actual, recorded_.at("statistic").at(field), kConstants, field);
  }
  expect_relative(one(mj_getTotalmass(&m)), recorded_.at("total_mass"), kConstants, "total mass");
}

TEST_P(ModelConstants, Bodies) {
  const mjModel& m = *model_;
  expect_elements("body", m.nbody, [&](int i) {
    return Fields{{"parent", one(m.body_parentid[i])},
                  {"pos", row(m.body_pos, i, 3)},
                  {"quat", row(m.body_quat, i, 4)},
                  {"ipos", row(m.body_ipos, i, 3)},
                  {"iquat", row(m.body_iquat, i, 4)},
                  {"mass", one(m.body_mass[i])},
                  {"inertia", row(m.body_inertia, i, 3)},
                  {"subtreemass", one(m.body_subtreemass[i])},
                  {"invweight0", row(m.body_invweight0, i, 2)}};
  });
}

// Recorded by name.
void expect_type(int actual, const Part& element, const std::map<std::string, int>& types) {
  const std::string type = element.at("type").text();
  ASSERT_TRUE(types.contains(type)) << "unknown type \"" << type << '"';
  EXPECT_EQ(actual, types.at(type)) << element.at("name").json() << " is a " << type;
}

TEST_P(ModelConstants, Joints) {
  const mjModel& m = *model_;
  const std::map<std::string, int> types{
      {"free", mjJNT_FREE}, {"ball", mjJNT_BALL}, {"slide", mjJNT_SLIDE}, {"hinge", mjJNT_HINGE}};
  int index = 0;
  for (const Part& joint : recorded_.at("joint").items(size_of(m.njnt))) {
    expect_type(m.jnt_type[index++], joint, types);
  }
  expect_elements("joint", m.njnt, [&](int i) {
    return Fields{
        {"body", one(m.jnt_bodyid[i])},      {"qposadr", one(m.jnt_qposadr[i])},     {"dofadr", one(m.jnt_dofadr[i])},
        {"pos", row(m.jnt_pos, i, 3)},       {"axis", row(m.jnt_axis, i, 3)},        {"limited", one(m.jnt_limited[i])},
        {"range", row(m.jnt_range, i, 2)},   {"stiffness", one(m.jnt_stiffness[i])}, {"margin", one(m.jnt_margin[i])},
        {"solref", row(m.jnt_solref, i, 2)}, {"solimp", row(m.jnt_solimp, i, 5)}};
  });
  expect_elements("dof", m.nv, [&](int i) {
    return Fields{{"joint", one(m.dof_jntid[i])},
                  {"body", one(m.dof_bodyid[i])},
                  {"armature", one(m.dof_armature[i])},
                  {"damping", one(m.dof_damping[i])},
                  {"frictionloss", one(m.dof_frictionloss[i])},
                  {"invweight0", one(m.dof_invweight0[i])},
                  {"M0", one(m.dof_M0[i])}};
  });
}

TEST_P(ModelConstants, Geoms) {
  const mjModel& m = *model_;
  const std::map<std::string, int> types{{"plane", mjGEOM_PLANE},
                                         {"hfield", mjGEOM_HFIELD},
                                         {"sphere", mjGEOM_SPHERE},
                                         {"capsule", mjGEOM_CAPSULE},
                                         {"ellipsoid", mjGEOM_ELLIPSOID},
                                         {"cylinder", mjGEOM_CYLINDER},
                                         {"box", mjGEOM_BOX},
                                         {"mesh", mjGEOM_MESH}};
  int index = 0;
  for (const Part& geom : recorded_.at("geom").items(size_of(m.ngeom))) expect_type(m.geom_type[index++], geom, types);
  expect_elements("geom", m.ngeom, [&](int i) {
    return Fields{{"body", one(m.geom_bodyid[i])},
                  {"contype", one(m.geom_contype[i])},
                  {"conaffinity", one(m.geom_conaffinity[i])},
                  {"condim", one(m.geom_condim[i])},
                  {"size", row(m.geom_size, i, 3)},
                  {"pos", row(m.geom_pos, i, 3)},
                  {"quat", row(m.geom_quat, i, 4)},
                  {"friction", row(m.geom_friction, i, 3)},
                  {"margin", one(contact_margin(m, i, i))},
                  {"gap", one(m.geom_gap[i])},
                  {"solmix", one(m.geom_solmix[i])},
                  {"solref", row(m.geom_solref, i, 2)},
                  {"solimp", row(m.geom_solimp, i, 5)},
                  {"priority", one(m.geom_priority[i])},
                  {"rbound", one(m.geom_rbound[i])}};
  });
}

TEST_P(ModelConstants, Actuators) {
  const mjModel& m = *model_;
  expect_elements("actuator", m.nu, [&](int i) {
    return Fields{{"joint", one(m.actuator_trnid[2 * i])},
                  {"gear", row(m.actuator_gear, i, 6)},
                  {"ctrllimited", one(m.actuator_ctrllimited[i])},
                  {"ctrlrange", row(m.actuator_ctrlrange, i, 2)},
                  {"forcelimited", one(m.actuator_forcelimited[i])},
                  {"dyntype", one(m.actuator_dyntype[i])},
                  {"gaintype", one(m.actuator_gaintype[i])},
                  {"biastype", one(m.actuator_biastype[i])},
                  {"gainprm", row(m.actuator_gainprm + i * mjNGAIN, 0, 3)},
                  {"biasprm", row(m.actuator_biasprm + i * mjNBIAS, 0, 3)}};
  });
}

// [geom, geom, distance] of each contact.
std::vector<double> contacts_of(const mjData& data) {
  std::vector<double> contacts;
  for (int i = 0; i < data.ncon; ++i) {
    const mjContact& contact = data.contact[i];
    contacts.insert(contacts.end(), {double(contact.geom1), double(contact.geom2), contact.dist});
  }
  return contacts;
}

TEST_P(ModelConstants, ForwardDynamics) {
  const mjModel& m = *model_;
  const int nv = static_cast<int>(m.nv);
  for (const Part& probe : recorded_.at("probes").items()) {
    const Data data = make_data(m);
    std::ranges::copy(probe.at("qpos").numbers({size_of(m.nq)}), data->qpos);
    std::ranges::copy(probe.at("qvel").numbers({size_of(m.nv)}), data->qvel);
    std::ranges::copy(probe.at("ctrl").numbers({size_of(m.nu)}), data->ctrl);
    normalize_quaternions(m, *data);
    mj_forward(&m, data.get());
    expect_relative(qpos(m, *data), probe.at("qpos_after_forward"), kConstants, "qpos");
    expect_relative(dense_mass_matrix(m, *data), probe.at("mass_matrix"), kConstants, "mass matrix");
    expect_relative(row(data->qfrc_bias, 0, nv), probe.at("qfrc_bias"), kConstants, "bias");
    expect_relative(row(data->qfrc_passive, 0, nv), probe.at("qfrc_passive"), kConstants, "passive");
    expect_relative(row(data->qfrc_actuator, 0, nv), probe.at("qfrc_actuator"), kConstants, "actuator");
    expect_relative(row(data->qfrc_constraint, 0, nv), probe.at("qfrc_constraint"), kAccelerations, "constraint");
    expect_relative(row(data->qacc, 0, nv), probe.at("qacc"), kAccelerations, "qacc");
    expect_relative(row(data->xpos, 0, 3 * static_cast<int>(m.nbody)), probe.at("xpos"), kConstants, "xpos");
    expect_relative(contacts_of(*data), probe.at("contacts"), kConstants, "contacts");
  }
}

INSTANTIATE_TEST_SUITE_P(golden, ModelConstants, testing::ValuesIn(golden::files(golden::kModel)),
                         [](const auto& file) { return golden::test_name(file.param, file.index); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ModelConstants);

}  // namespace
}  // namespace tutti::mamujoco
