"""LiveAPI: how PHP and Perl pages talk to the server they run in (``liveapi_cli §1``)."""
