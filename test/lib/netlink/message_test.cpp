#include "netlink/message.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"

using namespace lvsd;

namespace {

// A message with one attribute of each kind and a nest.
Bytes sample() {
  Bytes out;
  append_message(out, {.type = 28, .flags = 1, .sequence = 7, .command = 3, .version = 1},
                 [](AttributeWriter& to) {
                   to.number(1, std::uint8_t{0xab});
                   to.big_endian(2, std::uint16_t{0x1234});
                   to.string(3, "rr");
                   to.nest(4, [&to] { to.number(1, std::uint32_t{0x01020304}); });
                 });
  return out;
}

}  // namespace

TEST_CASE("a message is read back as it was written") {
  const Bytes bytes = sample();
  MessageReader reader{bytes};
  const auto message = reader.next();
  REQUIRE(message);
  CHECK(message->type == 28);
  CHECK(message->flags == 1);
  CHECK(message->sequence == 7);
  const auto payload = generic_payload(*message);
  REQUIRE(payload);
  CHECK(payload->command == 3);
  Attributes<4> in(payload->attributes);
  CHECK(in.number<std::uint8_t>(1) == 0xab);
  CHECK(in.big_endian_16(2) == 0x1234);
  CHECK(in.string(3) == "rr");
  Attributes<1> inner(in.bytes(4));
  CHECK(inner.number<std::uint32_t>(1) == 0x01020304);
  CHECK_FALSE(in.malformed());
  CHECK_FALSE(inner.malformed());
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.malformed());
}

TEST_CASE("attributes start at multiples of four and say their true length") {
  const Bytes bytes = sample();
  REQUIRE(bytes.size() == 20 + 8 + 8 + 8 + 12);
  CHECK(bytes[20] == std::byte{5});   // a byte and its header
  CHECK(bytes[36] == std::byte{7});   // "rr" and its NUL
  CHECK(bytes[44] == std::byte{12});  // the nest
  CHECK(bytes[47] == std::byte{0x80});
}

TEST_CASE("messages of one datagram are read one after the other") {
  Bytes two = sample();
  const Bytes one = two;
  two.insert(two.end(), one.begin(), one.end());
  MessageReader reader{two};
  CHECK(reader.next());
  CHECK(reader.next());
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.malformed());
}

TEST_CASE("a datagram that is cut anywhere but between messages is malformed") {
  const Bytes whole = sample();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    MessageReader reader{BytesView(whole).first(size)};
    CHECK_FALSE(reader.next());
    CHECK(reader.malformed());
  }
}

TEST_CASE("an attribute that is missing or too short makes its level malformed and reads as zero") {
  Bytes out;
  AttributeWriter(out).number(1, std::uint16_t{0xffff});
  SECTION("too short") {
    Attributes<2> in(out);
    CHECK(in.number<std::uint32_t>(1) == 0);
    CHECK(in.malformed());
  }
  SECTION("too short although it may be missing") {
    Attributes<2> in(out);
    CHECK(in.number_or<std::uint32_t>(1, 5) == 0);
    CHECK(in.malformed());
  }
  SECTION("missing") {
    Attributes<2> in(out);
    CHECK(in.bytes(2).empty());
    CHECK(in.malformed());
  }
  SECTION("missing although that is allowed") {
    Attributes<2> in(out);
    CHECK(in.number_or<std::uint32_t>(2, 5) == 5);
    CHECK_FALSE(in.malformed());
  }
}

TEST_CASE("attributes longer than needed and attributes nobody knows do no harm") {
  Bytes out;
  AttributeWriter to(out);
  to.number(999, std::uint32_t{1});
  to.number(1, std::uint64_t{42});
  Attributes<1> in(out);
  CHECK(in.number<std::uint32_t>(1) == 42);
  CHECK_FALSE(in.malformed());
}

TEST_CASE("an attribute whose length runs over its level is malformed") {
  Bytes out;
  AttributeWriter(out).number(1, std::uint32_t{1});
  for (const auto length : {std::byte{0}, std::byte{3}, std::byte{9}, std::byte{255}}) {
    out[0] = length;
    CHECK(Attributes<1>(out).malformed());
  }
}

TEST_CASE("the verdict of an acknowledgement is a positive errno") {
  const auto verdict = [](std::int32_t error, std::uint16_t type = NLMSG_ERROR) {
    return verdict_of({type, 0, 0, std::as_bytes(std::span(&error, 1))});
  };
  CHECK(verdict(0) == 0);
  CHECK(verdict(-3) == 3);
  CHECK(verdict(-16, NLMSG_DONE) == 16);
  CHECK_FALSE(verdict(1));
  CHECK_FALSE(verdict(std::numeric_limits<std::int32_t>::min()));
  CHECK_FALSE(verdict_of({NLMSG_ERROR, 0, 0, {}}));
  CHECK(verdict_of({NLMSG_DONE, 0, 0, {}}) == 0);
}
