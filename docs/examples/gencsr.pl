use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;

my $http = HTTP::Tiny->new;
my $query = $http->www_form_urlencode({
    cpanel_jsonapi_module     => 'SSL',
    cpanel_jsonapi_func       => 'gencsr',
    cpanel_jsonapi_apiversion => 2,
    city                      => 'Houston',
    company                   => 'cPanel',
    country                   => 'US',
    host                      => 'example.com',
    state                     => 'Texas',
});
my $answer = $http->get("http://user:12345luggage\@127.0.0.1:2082/json-api/cpanel?$query");
die "$answer->{status} $answer->{reason}\n" unless $answer->{success};
print decode_json($answer->{content})->{cpanelresult}{data}[0]{output}, "\n";
