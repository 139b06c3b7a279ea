# Windows Task Scheduler: run once as administrator. Written for it, not run by us.
$action  = New-ScheduledTaskAction -Execute "C:\piiscan\Scripts\piiscan.exe" -Argument "run C:\piiscan\piiscan.toml --quiet --until 06:00" -WorkingDirectory "C:\piiscan"
$trigger = New-ScheduledTaskTrigger -Daily -At 22:00
$options = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -StartWhenAvailable
Register-ScheduledTask -TaskName "piiscan" -Action $action -Trigger $trigger -Settings $options -User "DOMAIN\piiscan" -RunLevel Limited
