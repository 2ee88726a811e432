#include "io/control/content_type.h"

#include <gtest/gtest.h>

namespace iwant::control {
namespace {

TEST(ContentType, MediaAreToldByTheirExtension) {
    EXPECT_EQ(content_type_of("a film.mkv"), "video/x-matroska");
    EXPECT_EQ(content_type_of("SONG.MP3"), "audio/mpeg");
    EXPECT_EQ(content_type_of("a.b.jpg"), "image/jpeg");
}

TEST(ContentType, WhatCouldRunIsNeverToldAsWhatItIs) {
    for (const char* name : {"a.html", "a.htm", "a.svg", "a.xml", "a.xhtml", "a.js", "a.pdf",
                             "a.mp4.html", "a", "", ".", "mp4"}) {
        EXPECT_EQ(content_type_of(name), "application/octet-stream") << name;
        EXPECT_TRUE(disposition_of(name).starts_with("attachment; ")) << name;
    }
}

TEST(ContentType, ANameCannotLeaveItsField) {
    EXPECT_EQ(disposition_of("b\xc3\xa4r.mp4"), "inline; filename*=UTF-8''b%C3%A4r.mp4");
    EXPECT_EQ(disposition_of("a\r\nSet-Cookie: b\";.mp3"),
              "inline; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b%22%3B.mp3");
    EXPECT_LT(disposition_of(std::string(5000, '\n')).size(), 1000u);
}

}  // namespace
}  // namespace iwant::control
