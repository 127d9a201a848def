package CpanelEmu::Escapes;

# The escapes of tag pages as filters of Template Toolkit. Text is UTF-8 bytes.

use 5.014;
use strict;
use warnings;

my %FORM = ( '&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;' );
my %JS   = (
    '\\'           => '\\\\',
    '"'            => '\\"',
    "\n"           => '\\n',
    "\r"           => '\\r',
    "\t"           => '\\t',
    "\xE2\x80\xA8" => '\\u2028',
    "\xE2\x80\xA9" => '\\u2029',
);

sub filters {
    return {
        html       => \&form,
        html_attr  => \&attribute,
        url        => \&uri,
        uri        => \&uri,
        js         => \&js,
        js_literal => sub { return q{"} . js(@_) . q{"} },
        css        => \&css,
    };
}

# Text between tags: & < > and the double quote as entities.
sub form {
    my ($text) = @_;
    $text =~ s/([&<>"])/$FORM{$1}/g;
    return $text;
}

# Text in an attribute: the single quote too.
sub attribute {
    my ($text) = @_;
    $text = form($text);
    $text =~ s/'/&#39;/g;
    return $text;
}

# Every byte but A-Z a-z 0-9 - _ . ~ as %XX.
sub uri {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9\-_.~])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

# The inside of a JavaScript or JSON string.
sub js {
    my ($text) = @_;
    $text =~ s{(\xE2\x80[\xA8\xA9]|[\x00-\x1F\x7F\\"'<>&])}{$JS{$1} // sprintf '\\u%04x', ord $1}ge;
    return $text;
}

# The inside of a CSS url("…").
sub css {
    my ($text) = @_;
    $text =~ s/([\x00-\x20\x7F"'()\\<>])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

1;
