#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/config_views.h"
#include "api/json.h"
#include "config/keywords.h"
#include "lvsctl/command_line.h"
#include "test/daemon/raw_client.h"
#include "test/fakes/command.h"

using namespace lvsd;

namespace {

const std::string kLvsctl = test::built("lvsctl/lvsctl");

// What bash offers for a line, by the completion function itself, a word a line.
std::string offered(const test::TempDir& directory, const std::string& line) {
  std::ofstream(directory / "try.sh")
      << "PATH=$1:$PATH\nsource <(lvsctl completion bash)\n"
      << "COMP_LINE='" << line << "' COMP_POINT=" << line.size() << "\n"
      << "_lvsctl\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  return test::output_of("bash " + (directory / "try.sh").string() + " " +
                         std::filesystem::path(kLvsctl).parent_path().string() + " 2>&1");
}

}  // namespace

TEST_CASE("bash completes commands and options and keywords") {
  if (!std::filesystem::exists(kLvsctl)) FAIL("lvsctl is not built");
  const test::TempDir directory;
  CHECK(offered(directory, "lvsctl ser") == "servers\nservices\n");
  CHECK(offered(directory, "lvsctl config ") ==
        "check\nconfirm\ndiff\nhistory\nimport\nrollback\nshow\n");
  CHECK(offered(directory, "lvsctl config check --dae") == "--daemon\n");
  CHECK(offered(directory, "lvsctl -o js") == "json\n");
  // bash takes what follows the equals sign for a word of its own.
  CHECK(offered(directory, "lvsctl --output=js") == "json\n");
  CHECK(offered(directory, "lvsctl explain quorum_") == "quorum_down\nquorum_max\nquorum_up\n");
  CHECK(offered(directory, "lvsctl config show /etc/") == "\n");  // files: bash's own
  CHECK(offered(directory, "lvsctl nothing ") == "\n");
  CHECK(offered(directory, "lvsctl set web s") == "scheduler\n");
  CHECK(offered(directory, "lvsctl set web scheduler w") == "wlc\nwrr\n");
  CHECK(offered(directory, "lvsctl set web/web01 weight ") == "\n");
}

TEST_CASE("the list of all keywords is JSON that says what the table says") {
  ctl::Surroundings here;
  here.machine.now = [] { return api::Moment{}; };
  here.connect = [](const auto&, auto) { return ctl::Ask(); };
  const auto output = ctl::outcome({"explain", "--all", "-o", "json"}, here);
  REQUIRE(output.exit == ctl::Exit::done);
  const auto document = api::document<std::vector<api::KeywordView>>(output.out);
  REQUIRE(document.has_value());
  REQUIRE(document->view.size() == keywords().size());
  for (std::size_t i = 0; i < keywords().size(); ++i) {
    const Keyword& row = *keywords()[i];
    const api::KeywordView& view = document->view[i];
    INFO(row.name);
    CHECK(view.keyword == row.name);
    CHECK(view.help == row.help);
    CHECK(view.usage == usage(row));
    CHECK((view.origin == "lvsd") == row.ours);
    CHECK_FALSE(view.blocks.empty());
    CHECK(view.opens.has_value() == (row.opens != Opens::nothing));
  }
}

TEST_CASE("every spelling of every keyword can be explained") {
  ctl::Surroundings here;
  here.connect = [](const auto&, auto) { return ctl::Ask(); };
  const auto list = ctl::outcome({"explain", "-o", "name"}, here);
  std::istringstream words(list.out);
  int count = 0;
  for (std::string word; std::getline(words, word); ++count) {
    INFO(word);
    CHECK(ctl::outcome({"explain", word}, here).exit == ctl::Exit::done);
  }
  CHECK(count > 200);
}
